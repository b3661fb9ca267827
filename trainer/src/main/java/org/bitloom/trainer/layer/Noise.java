package org.bitloom.trainer.layer;

/** How dropout disturbs a map while training. All keep the expectation of a unit's output. */
public sealed interface Noise {

  /**
   * Dropout (Srivastava et al., 2014), inverted: a unit is zeroed with probability {@code rate},
   * the others are divided by {@code 1 - rate}; nothing happens outside training.
   */
  record Dropout(double rate) implements Noise {
    /** Checks the range. */
    public Dropout {
      check(rate);
    }
  }

  /**
   * Multiplication by {@code N(1, variance)}, with {@code variance = p (1 - p)} or, usually, {@code
   * p / (1 - p)}; nothing happens outside training.
   *
   * @param rate p
   * @param usual which of the two
   */
  record Gaussian(double rate, boolean usual) implements Noise {
    /** Checks the range. */
    public Gaussian {
      check(rate);
    }

    /** Variance of the factor. */
    public double variance() {
      return usual ? rate / (1 - rate) : rate * (1 - rate);
    }
  }

  /**
   * Standout (Ba and Frey, 2013): a unit of activation x is kept with probability {@code 1 / (1 +
   * exp(-(alpha x + beta)))}; outside training it is multiplied by that probability.
   */
  record Standout(double alpha, double beta) implements Noise {}

  private static void check(double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout rate " + rate + " is outside [0, 1)");
    }
  }
}
