package org.bitloom.trainer.layer;

import java.util.random.RandomGenerator;

/** Starting values of weights. */
final class Initialisation {
  private Initialisation() {}

  /** He et al. (2015): normal with variance {@code 2 / fanIn}. */
  static void heNormal(float[] w, int fanIn, RandomGenerator random) {
    double deviation = Math.sqrt(2.0 / fanIn);
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (random.nextGaussian() * deviation);
    }
  }
}
