package org.bitloom.trainer.train;

/**
 * AdaGrad (Duchi et al., 2011): {@code s <- s + g^2; w <- w - rate g / (sqrt(s) + epsilon)}.
 *
 * @param epsilon usually 1e-8
 */
public record AdaGrad(double epsilon) implements Optimiser {

  /** Checks the range. */
  public AdaGrad {
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("epsilon must be positive");
    }
  }

  @Override
  public State newState(int size) {
    float[] s = new float[size];
    return State.of(
        (w, g, rate, t) -> {
          for (int i = 0; i < w.length; i++) {
            s[i] += g[i] * g[i];
            w[i] -= (float) (rate * g[i] / (Math.sqrt(s[i]) + epsilon));
          }
        },
        s);
  }
}
