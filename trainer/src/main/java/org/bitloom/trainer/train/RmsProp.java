package org.bitloom.trainer.train;

/**
 * RMSProp (Tieleman and Hinton, 2012) with optional momentum: {@code s <- rho s + (1 - rho) g^2; v
 * <- momentum v - rate g / (sqrt(s) + epsilon); w <- w + v}.
 *
 * @param rho decay of the mean square, usually 0.9
 * @param momentum 0 to below 1
 * @param epsilon usually 1e-8
 */
public record RmsProp(double rho, double momentum, double epsilon) implements Optimiser {

  /** Checks the ranges. */
  public RmsProp {
    if (!(rho >= 0 && rho < 1) || !(momentum >= 0 && momentum < 1) || !(epsilon > 0)) {
      throw new IllegalArgumentException(
          "rho and momentum must lie in [0, 1) and epsilon be positive");
    }
  }

  @Override
  public State newState(int size) {
    float[] s = new float[size];
    float[] v = new float[size];
    return State.of(
        (w, g, rate, t) -> {
          for (int i = 0; i < w.length; i++) {
            s[i] = (float) (rho * s[i] + (1 - rho) * g[i] * g[i]);
            v[i] = (float) (momentum * v[i] - rate * g[i] / (Math.sqrt(s[i]) + epsilon));
            w[i] += v[i];
          }
        },
        s,
        v);
  }
}
