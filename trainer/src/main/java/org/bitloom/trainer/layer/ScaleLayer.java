package org.bitloom.trainer.layer;

import org.bitloom.fixedpoint.tensor.Shape;

/**
 * {@code y = factor x + offset} with constants, one of each for a channel: what importers make of
 * multiplications by constants and of normalizations that follow no layer.
 *
 * @param factor for each channel
 * @param offset for each channel
 */
public record ScaleLayer(String name, Shape input, float[] factor, float[] offset)
    implements Layer {

  /** Checks the lengths. */
  public ScaleLayer {
    if (factor.length != input.channels() || offset.length != input.channels()) {
      throw new IllegalArgumentException(
          name + ": " + factor.length + " factors for " + input.channels() + " channels");
    }
  }

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
        for (int i = 0; i < n * input.size(); i++) {
          y[i] = factor[i % c] * x[0][i] + offset[i % c];
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int i = 0; i < n * input.size(); i++) {
          dx[i] = factor[i % c] * dy[i];
        }
        return new float[][] {dx};
      }
    };
  }
}
