package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.tensor.Shape;

/** Zeros around a map. */
public record PadLayer(String name, Shape input, int top, int left, int bottom, int right)
    implements Layer {

  /** Checks the ranges. */
  public PadLayer {
    if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
      throw new IllegalArgumentException(name + ": padding must not be negative");
    }
  }

  @Override
  public Shape output() {
    return Shape.of(input.height() + top + bottom, input.width() + left + right, input.channels());
  }

  @Override
  public Pass newPass(int samples) {
    Shape out = output();
    int row = input.width() * input.channels();
    float[] y = new float[samples * out.size()];
    float[] dx = new float[samples * input.size()];
    return new Pass() {
      @Override
      public float[] forward(float[][] x, int n, Run run) {
        Arrays.fill(y, 0);
        for (int r = 0; r < n * input.height(); r++) {
          System.arraycopy(x[0], r * row, y, inside(r), row);
        }
        return y;
      }

      private int inside(int r) {
        int sample = r / input.height();
        int at = sample * out.height() + top + r % input.height();
        return (at * out.width() + left) * out.channels();
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int r = 0; r < n * input.height(); r++) {
          System.arraycopy(dy, inside(r), dx, r * row, row);
        }
        return new float[][] {dx};
      }
    };
  }
}
