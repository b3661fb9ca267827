package org.bitloom.trainer.layer;

import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/** {@code max(x, 0)}; the derivative at 0 is 0. */
public record ReluLayer(String name, Shape input) implements Layer {

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    float[] y = new float[samples * input.size()];
    float[] dx = new float[y.length];
    return new Pass() {
      @Override
      public float[] forward(float[] x, int n) {
        for (int i = 0; i < n * input.size(); i++) {
          y[i] = Math.max(x[i], 0);
        }
        return y;
      }

      @Override
      public float[] backward(float[] dy, int n, List<float[]> gradients, boolean wantInput) {
        for (int i = 0; i < n * input.size(); i++) {
          dx[i] = y[i] > 0 ? dy[i] : 0;
        }
        return dx;
      }
    };
  }
}
