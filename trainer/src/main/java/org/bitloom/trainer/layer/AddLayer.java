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
        float[] a = x[0];
        float[] b = x[1];
        float sign = subtract ? -1 : 1;
        for (int i = 0; i < n * input.size(); i++) {
          y[i] = a[i] + sign * b[i];
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
}
