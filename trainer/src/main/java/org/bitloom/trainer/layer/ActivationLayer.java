package org.bitloom.trainer.layer;

import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/** A function of every element. */
public record ActivationLayer(String name, Shape input, Activation function) implements Layer {

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    float[] y = new float[samples * input.size()];
    float[] dx = new float[y.length];
    return new Pass() {
      private float[] x;

      @Override
      public float[] forward(float[] in, int n) {
        x = in;
        for (int i = 0; i < n * input.size(); i++) {
          y[i] = (float) function.value(x[i]);
        }
        return y;
      }

      @Override
      public float[] backward(float[] dy, int n, List<float[]> gradients, boolean wantInput) {
        for (int i = 0; i < n * input.size(); i++) {
          dx[i] = (float) (dy[i] * function.derivative(x[i], y[i]));
        }
        return dx;
      }
    };
  }
}
