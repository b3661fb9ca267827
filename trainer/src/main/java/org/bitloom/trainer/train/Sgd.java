package org.bitloom.trainer.train;

/**
 * Stochastic gradient descent with momentum: {@code v <- momentum v - rate g; w <- w + v} (Polyak,
 * 1964).
 *
 * @param momentum 0 to below 1
 */
public record Sgd(double momentum) implements Optimiser {

  /** Checks the range. */
  public Sgd {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum " + momentum + " is outside [0, 1)");
    }
  }

  @Override
  public State newState(int size) {
    float[] v = new float[size];
    return (w, g, rate, t) -> {
      for (int i = 0; i < w.length; i++) {
        v[i] = (float) (momentum * v[i] - rate * g[i]);
        w[i] += v[i];
      }
    };
  }
}
