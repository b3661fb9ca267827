/**
 * Matrix products by OpenBLAS. Read {@link org.bitloom.fixedpoint.blas.Blas}. Imports nothing of
 * the product.
 */
package org.bitloom.fixedpoint.blas;
