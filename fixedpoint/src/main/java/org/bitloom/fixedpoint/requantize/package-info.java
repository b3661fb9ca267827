/**
 * From accumulator to output code: multipliers, shifts and their exact rounding.
 *
 * <p>Read {@link org.bitloom.fixedpoint.requantize.Requantization} first. May import {@code format}
 * and {@code tensor}.
 */
package org.bitloom.fixedpoint.requantize;
