package org.bitloom.trainer.train;

import org.bitloom.trainer.layer.FloatNetwork;

/**
 * Knowledge distillation (Hinton et al., 2015): {@code L = alpha T^2 D(p_T | q_T) + beta L_hard},
 * with teacher p and student q softened, {@code q_i = exp(z_i / T) / sum_j exp(z_j / T)}; the
 * square keeps the soft gradient's size whatever T is.
 *
 * @param teacher the network learned from; its outputs are logits
 * @param temperature T, at least 1
 * @param alpha weight of the soft loss
 * @param beta weight of the hard loss
 */
public record Distillation(FloatNetwork teacher, double temperature, double alpha, double beta) {

  /** Checks the ranges. */
  public Distillation {
    if (!(temperature > 0) || !(alpha >= 0) || !(beta >= 0) || alpha + beta == 0) {
      throw new IllegalArgumentException(
          "distillation: temperature must be positive, alpha and beta not negative, one above 0");
    }
  }

  /** The softened probabilities of {@code classes} logits. */
  public static double[] soften(float[] logits, int at, int classes, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      max = Math.max(max, logits[at + k]);
    }
    double[] q = new double[classes];
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      q[k] = Math.exp((logits[at + k] - max) / temperature);
      sum += q[k];
    }
    for (int k = 0; k < classes; k++) {
      q[k] /= sum;
    }
    return q;
  }

  /**
   * Mixes the soft loss of {@code n} samples into a hard loss and its gradient.
   *
   * @param hard sum of the hard losses
   * @param gradient of the hard loss, changed to that of the mixture
   * @return the sum of the mixed losses
   */
  double mix(
      double hard,
      float[] student,
      float[] teach,
      int n,
      int classes,
      double scale,
      float[] gradient) {
    double soft = 0;
    for (int i = 0; i < n; i++) {
      double[] p = soften(teach, i * classes, classes, temperature);
      double[] q = soften(student, i * classes, classes, temperature);
      soft += Loss.klDivergence(p, q);
      for (int k = 0; k < classes; k++) {
        int at = i * classes + k;
        gradient[at] = (float) (beta * gradient[at] + scale * alpha * temperature * (q[k] - p[k]));
      }
    }
    return alpha * temperature * temperature * soft + beta * hard;
  }
}
