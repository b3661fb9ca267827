package org.bitloom.fixedpoint.requantize;

import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;

/**
 * Dynamic fixed point: a shift by {@code k = f_in + f_w - f_out}.
 *
 * @param shift k; positive is a right shift with the rounding, zero or negative a left shift
 * @param bits width of the output code
 * @param rounding the layer's rounding choice
 * @param overflow what happens to results wider than {@code bits}
 */
public record ShiftRequantization(int shift, int bits, Rounding rounding, Overflow overflow)
    implements Requantization {

  /** Checks the ranges: -31 to 62 bits of shift. */
  public ShiftRequantization {
    if (shift < -31 || shift > 62) {
      throw new IllegalArgumentException("requantization shift " + shift + " is outside -31..62");
    }
    if (bits < 2 || bits > 16) {
      throw new IllegalArgumentException("code width " + bits + " is outside 2..16");
    }
  }

  @Override
  public long apply(long acc, int channel) {
    long y = shift > 0 ? rounding.shiftRight(acc, shift) : acc << -shift;
    return overflow.apply(y, bits);
  }
}
