package org.bitloom.trainer.train;

/**
 * Adam (Kingma and Ba, 2015, algorithm 1).
 *
 * @param beta1 decay of the mean, usually 0.9
 * @param beta2 decay of the mean square, usually 0.999
 * @param epsilon usually 1e-8
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimiser {

  /** Checks the ranges. */
  public Adam {
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon > 0)) {
      throw new IllegalArgumentException("betas must lie in [0, 1) and epsilon be positive");
    }
  }

  @Override
  public State newState(int size) {
    float[] m = new float[size];
    float[] v = new float[size];
    return State.of(
        (w, g, rate, t) -> {
          float b1 = (float) beta1;
          float b2 = (float) beta2;
          double c2 = Math.sqrt(1 - Math.pow(beta2, t));
          float step = (float) (rate * c2 / (1 - Math.pow(beta1, t)));
          float eps = (float) (epsilon * c2);
          for (int i = 0; i < w.length; i++) {
            m[i] = b1 * m[i] + (1 - b1) * g[i];
            v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
            w[i] -= step * m[i] / ((float) Math.sqrt(v[i]) + eps);
          }
        },
        m,
        v);
  }
}
