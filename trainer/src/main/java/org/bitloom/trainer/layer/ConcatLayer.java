package org.bitloom.trainer.layer;

import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/** The channels of several maps one after the other. */
public record ConcatLayer(String name, List<Shape> inputs) implements Layer {

  /** Checks that rows and columns agree. */
  public ConcatLayer {
    inputs = List.copyOf(inputs);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(name + ": a concatenation needs inputs");
    }
    for (Shape s : inputs) {
      if (s.height() != inputs.getFirst().height() || s.width() != inputs.getFirst().width()) {
        throw new IllegalArgumentException(
            name + ": cannot join the channels of " + inputs.getFirst() + " and " + s);
      }
    }
  }

  @Override
  public Shape input() {
    return inputs.getFirst();
  }

  @Override
  public Shape output() {
    return Shape.of(
        input().height(), input().width(), inputs.stream().mapToInt(Shape::channels).sum());
  }

  @Override
  public Pass newPass(int samples) {
    int pixels = input().height() * input().width();
    int total = output().channels();
    float[] y = new float[samples * output().size()];
    float[][] dx = new float[inputs.size()][];
    for (int j = 0; j < dx.length; j++) {
      dx[j] = new float[samples * inputs.get(j).size()];
    }
    return new Pass() {
      @Override
      public float[] forward(float[][] x, int n, Run run) {
        int offset = 0;
        for (int j = 0; j < x.length; j++) {
          int c = inputs.get(j).channels();
          for (int p = 0; p < n * pixels; p++) {
            System.arraycopy(x[j], p * c, y, p * total + offset, c);
          }
          offset += c;
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        int offset = 0;
        for (int j = 0; j < dx.length; j++) {
          int c = inputs.get(j).channels();
          for (int p = 0; p < n * pixels; p++) {
            System.arraycopy(dy, p * total + offset, dx[j], p * c, c);
          }
          offset += c;
        }
        return dx;
      }
    };
  }
}
