package org.bitloom.trainer.layer;

import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Sum or difference of two maps, element by element: residual connections.
 *
 * @param subtract whether the second is taken away
 */
public record AddLayer(String name, Shape input, boolean subtract) implements Layer {

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
    float[] negative = new float[subtract ? y.length : 0];
    return new Pass() {
      @Override
      public float[] forward(float[][] x, int n, Run run) {
        if (subtract) {
          difference(x[0], x[1], y, n * input.size());
        } else {
          sum(x[0], x[1], y, n * input.size());
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int i = 0; subtract && i < n * input.size(); i++) {
          negative[i] = -dy[i];
        }
        return new float[][] {dy, subtract ? negative : dy};
      }
    };
  }

  static void sum(float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] + b[i];
    }
  }

  private static void difference(float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] - b[i];
    }
  }
}
