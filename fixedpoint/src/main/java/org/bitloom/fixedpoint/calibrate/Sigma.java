package org.bitloom.fixedpoint.calibrate;

/**
 * {@code [mean - k deviation, mean + k deviation]}, no wider than what was observed (method
 * catalogue Q4, Q5).
 *
 * @param k deviations, positive
 */
public record Sigma(double k) implements RangeRule {

  /** Checks the range. */
  public Sigma {
    if (!(k > 0) || Double.isInfinite(k)) {
      throw new IllegalArgumentException("sigma:" + k + " needs a positive number");
    }
  }

  @Override
  public Range range(Statistics s, int bits) {
    double reach = k * s.deviation();
    return new Range(Math.max(s.min(), s.mean() - reach), Math.min(s.max(), s.mean() + reach));
  }
}
