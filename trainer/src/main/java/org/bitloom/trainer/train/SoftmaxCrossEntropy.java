package org.bitloom.trainer.train;

/** Cross entropy of a softmax: {@code -log(exp(x_label) / sum exp(x_j))}, summed over samples. */
public final class SoftmaxCrossEntropy {
  private SoftmaxCrossEntropy() {}

  /**
   * Loss of {@code n} samples and its gradient.
   *
   * @param logits {@code [n][classes]}
   * @param labels class of each sample
   * @param scale factor on the gradient, such as 1 / batch size
   * @param gradient {@code [n][classes]}, overwritten
   * @return the sum of the samples' losses, without {@code scale}
   */
  public static double evaluate(
      float[] logits, int[] labels, int n, int classes, double scale, float[] gradient) {
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
      for (int k = 0; k < classes; k++) {
        double p = Math.exp(logits[at + k] - max) / sum;
        gradient[at + k] = (float) (scale * (p - (k == labels[i] ? 1 : 0)));
      }
      loss += Math.log(sum) + max - logits[at + labels[i]];
    }
    return loss;
  }

  /** Index of the largest of {@code classes} values from {@code at} on; the first among equals. */
  public static int argMax(float[] values, int at, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (values[at + k] > values[at + best]) {
        best = k;
      }
    }
    return best;
  }
}
