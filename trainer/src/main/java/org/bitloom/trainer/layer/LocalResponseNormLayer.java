package org.bitloom.trainer.layer;

import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Local response normalization (Krizhevsky et al., 2012): {@code y_c = x_c / (k + alpha sum
 * x_j^2)^beta}, the sum over {@code size} neighbouring channels around c, cut at the ends.
 *
 * @param size channels in the sum, odd
 * @param k offset, usually 2
 * @param alpha factor of the sum, usually 1e-4
 * @param beta exponent, usually 0.75
 */
public record LocalResponseNormLayer(
    String name, Shape input, int size, double k, double alpha, double beta) implements Layer {

  /** Checks the ranges. */
  public LocalResponseNormLayer {
    if (size < 1 || size % 2 == 0 || !(k > 0) || !(alpha >= 0)) {
      throw new IllegalArgumentException(
          name + ": size must be odd, k positive and alpha not negative");
    }
  }

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    return new LrnPass(samples);
  }

  private final class LrnPass implements Pass {
    private final int channels = input.channels();
    private final float[] y;
    private final float[] dx;
    private final double[] base; // k + alpha sum
    private float[] x;

    LrnPass(int samples) {
      y = new float[samples * input.size()];
      dx = new float[y.length];
      base = new double[y.length];
    }

    private double around(int pixel, int c, java.util.function.IntToDoubleFunction f) {
      double sum = 0;
      for (int j = Math.max(0, c - size / 2); j <= Math.min(channels - 1, c + size / 2); j++) {
        sum += f.applyAsDouble(pixel + j);
      }
      return sum;
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      for (int p = 0; p < n * input.size(); p += channels) {
        for (int c = 0; c < channels; c++) {
          base[p + c] = k + alpha * around(p, c, i -> (double) x[i] * x[i]);
          y[p + c] = (float) (x[p + c] * Math.pow(base[p + c], -beta));
        }
      }
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      for (int p = 0; p < n * input.size(); p += channels) {
        for (int c = 0; c < channels; c++) {
          double others = around(p, c, i -> dy[i] * (double) x[i] * Math.pow(base[i], -beta - 1));
          dx[p + c] =
              (float)
                  (dy[p + c] * Math.pow(base[p + c], -beta) - 2 * alpha * beta * x[p + c] * others);
        }
      }
      return new float[][] {dx};
    }
  }
}
