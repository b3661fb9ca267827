/**
 * Run-length code of activations (numerics.md, "Run-length code").
 *
 * <p>Read {@link org.bitloom.fixedpoint.rle.RunLengthCode} first. Imports nothing else of the
 * product.
 */
package org.bitloom.fixedpoint.rle;
