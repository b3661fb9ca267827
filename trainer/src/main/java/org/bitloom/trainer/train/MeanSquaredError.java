package org.bitloom.trainer.train;

/**
 * {@code mean_k (y_k - p_k)^2} of a sample, y one on its label and zero elsewhere, summed over
 * samples.
 */
public record MeanSquaredError() implements Loss {

  @Override
  public double evaluate(
      float[] outputs, int[] labels, int n, int classes, double scale, float[] gradient) {
    double loss = 0;
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < classes; k++) {
        int at = i * classes + k;
        double error = outputs[at] - (k == labels[i] ? 1 : 0);
        gradient[at] = (float) (scale * 2 * error / classes);
        loss += error * error / classes;
      }
    }
    return loss;
  }
}
