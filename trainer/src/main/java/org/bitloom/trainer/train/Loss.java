package org.bitloom.trainer.train;

/** What training makes small. */
public sealed interface Loss permits SoftmaxCrossEntropy, MeanSquaredError {

  /**
   * Loss of {@code n} samples and its gradient.
   *
   * @param outputs {@code [n][classes]} of the network
   * @param labels class of each sample
   * @param scale factor on the gradient, such as 1 / batch size
   * @param gradient {@code [n][classes]}, overwritten
   * @return the sum of the samples' losses, without {@code scale}
   */
  double evaluate(
      float[] outputs, int[] labels, int n, int classes, double scale, float[] gradient);

  /** Index of the largest of {@code classes} values from {@code at} on; the first among equals. */
  static int argMax(float[] values, int at, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (values[at + k] > values[at + best]) {
        best = k;
      }
    }
    return best;
  }

  /** {@code mean (labels - predictions)^2}. */
  static double meanSquaredError(double[] labels, double[] predictions) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (labels[i] - predictions[i]) * (labels[i] - predictions[i]);
    }
    return sum / labels.length;
  }

  /** {@code H(p, q) = -sum p log q}. */
  static double crossEntropy(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum -= p[i] == 0 ? 0 : p[i] * Math.log(q[i]);
    }
    return sum;
  }

  /** {@code D(p | q) = sum p log(p / q)} (Kullback and Leibler). */
  static double klDivergence(double[] p, double[] q) {
    return crossEntropy(p, q) - crossEntropy(p, p);
  }
}
