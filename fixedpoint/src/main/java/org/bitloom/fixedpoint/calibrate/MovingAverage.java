package org.bitloom.fixedpoint.calibrate;

/** Extremes averaged exponentially over samples, so that one odd sample does not decide. */
public record MovingAverage() implements RangeRule {

  @Override
  public Range range(Statistics s, int bits) {
    return new Range(s.movingMin(), s.movingMax());
  }
}
