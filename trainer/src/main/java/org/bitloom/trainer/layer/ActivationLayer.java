package org.bitloom.trainer.layer;

import org.bitloom.fixedpoint.tensor.Shape;

/** A function of every element. */
public record ActivationLayer(String name, Shape input, Activation function) implements Layer {

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    return function instanceof Activation.Relu
        ? new ReluPass(samples * input.size(), input.size())
        : new FunctionPass(samples);
  }

  private final class FunctionPass implements Pass {
    private final float[] y;
    private final float[] dx;
    private float[] x;

    FunctionPass(int samples) {
      y = new float[samples * input.size()];
      dx = new float[y.length];
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      for (int i = 0; i < n * input.size(); i++) {
        y[i] = (float) function.value(x[i]);
      }
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      for (int i = 0; i < n * input.size(); i++) {
        dx[i] = (float) (dy[i] * function.derivative(x[i], y[i]));
      }
      return new float[][] {dx};
    }
  }

  /** The commonest function in loops that the compiler vectorises. */
  private static final class ReluPass implements Pass {
    private final int size;
    private final float[] y;
    private final float[] dx;

    ReluPass(int elements, int size) {
      this.size = size;
      y = new float[elements];
      dx = new float[elements];
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      float[] x = xs[0];
      float[] to = y;
      for (int i = 0; i < n * size; i++) {
        to[i] = Math.max(x[i], 0);
      }
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      float[] from = y;
      float[] to = dx;
      for (int i = 0; i < n * size; i++) { // 0 or 1, without a branch
        to[i] = dy[i] * Math.min(from[i] * Float.MAX_VALUE, 1);
      }
      return new float[][] {dx};
    }
  }
}
