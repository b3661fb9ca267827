package org.bitloom.fixedpoint.calibrate;

import java.util.Arrays;

/**
 * The range that holds a share of the values, as much cut off on either side.
 *
 * @param percent above 50, at most 100
 */
public record Percentile(double percent) implements RangeRule {

  /** Checks the range. */
  public Percentile {
    if (!(percent > 50 && percent <= 100)) {
      throw new IllegalArgumentException("percentile " + percent + " is outside (50, 100]");
    }
  }

  @Override
  public Range range(Statistics s, int bits) {
    float[] v = s.sample();
    if (v.length == 0) {
      return new Range(0, 0);
    }
    Arrays.sort(v);
    double cut = (100 - percent) / 100 * (v.length - 1);
    return new Range(v[(int) Math.floor(cut)], v[(int) Math.ceil(v.length - 1 - cut)]);
  }
}
