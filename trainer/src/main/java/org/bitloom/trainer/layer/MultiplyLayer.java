package org.bitloom.trainer.layer;

import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/** Product of two maps, element by element. */
public record MultiplyLayer(String name, Shape input) implements Layer {

  @Override
  public List<Shape> inputs() {
    return List.of(input, input);
  }

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    float[] y = new float[samples * input.size()];
    float[][] dx = {new float[y.length], new float[y.length]};
    return new Pass() {
      private float[] a;
      private float[] b;

      @Override
      public float[] forward(float[][] x, int n, Run run) {
        a = x[0];
        b = x[1];
        for (int i = 0; i < n * input.size(); i++) {
          y[i] = a[i] * b[i];
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int i = 0; i < n * input.size(); i++) {
          dx[0][i] = dy[i] * b[i];
          dx[1][i] = dy[i] * a[i];
        }
        return dx;
      }
    };
  }
}
