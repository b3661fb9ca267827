package org.bitloom.trainer.layer;

import java.util.random.RandomGenerator;

/** Starting values of weights; biases start at 0. */
public enum Initialisation {
  /** All zero: only for a network of one layer, hidden units would stay alike. */
  ZERO,
  /** Normal with deviation 0.01. */
  GAUSSIAN,
  /** Normal with variance {@code 2 / (fanIn + fanOut)} (Glorot and Bengio, 2010). */
  XAVIER_NORMAL,
  /** Uniform within {@code +-sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio, 2010). */
  XAVIER_UNIFORM,
  /** Normal with variance {@code 2 / fanIn} (He et al., 2015). */
  HE;

  private static final double GAUSSIAN_DEVIATION = 0.01;

  /** Draws a tensor. */
  public void draw(float[] w, int fanIn, int fanOut, RandomGenerator random) {
    double both = (double) fanIn + fanOut;
    for (int i = 0; i < w.length; i++) {
      w[i] =
          (float)
              switch (this) {
                case ZERO -> 0;
                case GAUSSIAN -> random.nextGaussian() * GAUSSIAN_DEVIATION;
                case XAVIER_NORMAL -> random.nextGaussian() * Math.sqrt(2 / both);
                case XAVIER_UNIFORM -> (2 * random.nextDouble() - 1) * Math.sqrt(6 / both);
                case HE -> random.nextGaussian() * Math.sqrt(2.0 / fanIn);
              };
    }
  }
}
