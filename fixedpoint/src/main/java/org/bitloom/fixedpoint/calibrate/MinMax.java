package org.bitloom.fixedpoint.calibrate;

/** Non-saturating: everything observed stays representable. */
public record MinMax() implements RangeRule {

  @Override
  public Range range(Statistics s, int bits) {
    return new Range(s.min(), s.max());
  }

  static float scale(double maxAbs, int bits) {
    float scale = (float) (maxAbs / ((1 << (bits - 1)) - 1));
    return scale > Float.MIN_NORMAL ? scale : 1f;
  }
}
