package org.bitloom.trainer.train;

/**
 * AdaDelta (Zeiler, 2012, algorithm 1): {@code s <- rho s + (1 - rho) g^2; d = -sqrt(u + epsilon) /
 * sqrt(s + epsilon) g; u <- rho u + (1 - rho) d^2; w <- w + rate d}; the paper's rate is 1.
 *
 * @param rho decay of the mean squares, usually 0.95
 * @param epsilon usually 1e-6
 */
public record AdaDelta(double rho, double epsilon) implements Optimiser {

  /** Checks the ranges. */
  public AdaDelta {
    if (!(rho >= 0 && rho < 1) || !(epsilon > 0)) {
      throw new IllegalArgumentException("rho must lie in [0, 1) and epsilon be positive");
    }
  }

  @Override
  public State newState(int size) {
    float[] s = new float[size];
    float[] u = new float[size];
    return State.of(
        (w, g, rate, t) -> {
          for (int i = 0; i < w.length; i++) {
            s[i] = (float) (rho * s[i] + (1 - rho) * g[i] * g[i]);
            double d = -Math.sqrt(u[i] + epsilon) / Math.sqrt(s[i] + epsilon) * g[i];
            u[i] = (float) (rho * u[i] + (1 - rho) * d * d);
            w[i] += (float) (rate * d);
          }
        },
        s,
        u);
  }
}
