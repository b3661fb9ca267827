/**
 * Matrix products by OpenBLAS. Read {@link org.bitloom.trainer.blas.Blas}. Imports nothing of the
 * product.
 */
package org.bitloom.trainer.blas;
