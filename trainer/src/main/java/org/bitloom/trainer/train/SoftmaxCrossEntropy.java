package org.bitloom.trainer.train;

/**
 * Cross entropy of a softmax, {@code -sum p_k log(exp(x_k) / sum exp(x_j))}, summed over samples.
 * The label has {@code p = 1 - smoothing}, the others {@code smoothing / (classes - 1)} (Szegedy et
 * al., 2016).
 *
 * @param smoothing 0 to below 1
 */
public record SoftmaxCrossEntropy(double smoothing) implements Loss {

  /** Checks the range. */
  public SoftmaxCrossEntropy {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("label smoothing " + smoothing + " is outside [0, 1)");
    }
  }

  @Override
  public double evaluate(
      float[] logits, int[] labels, int n, int classes, double scale, float[] gradient) {
    double on = 1 - smoothing;
    double off = classes > 1 ? smoothing / (classes - 1) : 0;
    double loss = 0;
    for (int i = 0; i < n; i++) {
      int at = i * classes;
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, logits[at + k]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(logits[at + k] - max);
      }
      double log = Math.log(sum) + max;
      for (int k = 0; k < classes; k++) {
        double p = k == labels[i] ? on : off;
        gradient[at + k] = (float) (scale * (Math.exp(logits[at + k] - max) / sum - p));
        loss += p == 0 ? 0 : p * (log - logits[at + k]);
      }
    }
    return loss;
  }
}
