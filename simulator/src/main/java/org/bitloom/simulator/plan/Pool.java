package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * The pooling that rides along with a layer; a 1x1 maximum where there is none.
 *
 * @param average mean instead of maximum
 * @param height rows of a window
 * @param width columns of a window
 * @param rows whole windows down
 * @param cols whole windows across
 * @param rounding of the mean
 * @param clamp limits of the result
 */
public record Pool(
    boolean average, int height, int width, int rows, int cols, Rounding rounding, Clamp clamp) {

  /** Nothing is pooled. */
  static Pool none(Shape map, ActivationFormat format) {
    return new Pool(false, 1, 1, map.height(), map.width(), Rounding.FLOOR, Clamp.full(format));
  }

  /** Positions of a window. */
  public int count() {
    return height * width;
  }

  /** Whether anything is pooled. */
  public boolean present() {
    return count() > 1;
  }

  /**
   * Shift of the exact reciprocal {@code ceil(2^shift / n)}: with sums below {@code n 2^bits},
   * {@code (a R) >> shift = floor(a / n)} holds when {@code a (R n - 2^shift) < 2^shift}, which
   * {@code bits + 2 ceil(log2 n)} grants.
   */
  public int reciprocalShift(int bits) {
    return bits + 2 * Bits.forCount(count());
  }

  /** The reciprocal that belongs to {@link #reciprocalShift}. */
  public long reciprocal(int bits) {
    long one = 1L << reciprocalShift(bits);
    return Math.ceilDiv(one, (long) count());
  }
}
