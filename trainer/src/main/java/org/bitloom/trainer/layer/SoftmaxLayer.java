package org.bitloom.trainer.layer;

import org.bitloom.fixedpoint.tensor.Shape;

/** {@code exp(x_c) / sum_j exp(x_j)} over the channels of a pixel. */
public record SoftmaxLayer(String name, Shape input) implements Layer {

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    int c = input.channels();
    float[] y = new float[samples * input.size()];
    float[] dx = new float[y.length];
    return new Pass() {
      @Override
      public float[] forward(float[][] x, int n, Run run) {
        for (int at = 0; at < n * input.size(); at += c) {
          double max = Double.NEGATIVE_INFINITY;
          double sum = 0;
          for (int i = at; i < at + c; i++) {
            max = Math.max(max, x[0][i]);
          }
          for (int i = at; i < at + c; i++) {
            sum += Math.exp(x[0][i] - max);
          }
          for (int i = at; i < at + c; i++) {
            y[i] = (float) (Math.exp(x[0][i] - max) / sum);
          }
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int at = 0; at < n * input.size(); at += c) {
          double dot = 0;
          for (int i = at; i < at + c; i++) {
            dot += (double) dy[i] * y[i];
          }
          for (int i = at; i < at + c; i++) {
            dx[i] = (float) (y[i] * (dy[i] - dot));
          }
        }
        return new float[][] {dx};
      }
    };
  }
}
