package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/** Maximum or mean of each channel over a window; padding does not count. */
public record PoolLayer(String name, Shape input, Window window, boolean max) implements Layer {

  /** Checks that the window fits. */
  public PoolLayer {
    if (window.outHeight(input.height()) < 1 || window.outWidth(input.width()) < 1) {
      throw new IllegalArgumentException(
          name
              + ": a window of "
              + window.height()
              + "x"
              + window.width()
              + " does not fit "
              + input);
    }
  }

  @Override
  public Shape output() {
    return Shape.of(
        window.outHeight(input.height()), window.outWidth(input.width()), input.channels());
  }

  @Override
  public Pass newPass(int samples) {
    boolean quarters =
        max
            && window.equals(Window.valid(2, 2, 2, 2))
            && input.height() % 2 == 0
            && input.width() % 2 == 0;
    return quarters ? new QuarterPass(samples) : new PoolPass(this, output(), samples);
  }

  /** The commonest pooling, maxima of 2x2. */
  private final class QuarterPass implements Pass {
    private final Shape out = output();
    private final float[] y;
    private final float[] dx;
    private float[] x;

    QuarterPass(int samples) {
      y = new float[samples * out.size()];
      dx = new float[samples * input.size()];
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      int row = input.width() * input.channels();
      for (int r = 0; r < n * out.height(); r++) {
        Kernels.BEST.max4(
            x, 2 * r * row, (2 * r + 1) * row, y, r * row / 2, out.width(), out.channels());
      }
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      int row = input.width() * input.channels();
      for (int r = 0; r < n * out.height(); r++) {
        Kernels.BEST.max4Backward(
            x, 2 * r * row, (2 * r + 1) * row, y, dy, r * row / 2, dx, out.width(), out.channels());
      }
      return new float[][] {dx};
    }
  }

  private static final class PoolPass implements Pass {
    private final PoolLayer layer;
    private final Shape in;
    private final Shape out;
    private final float[] y;
    private final int[] winner; // index of the maximum, for max pooling
    private final float[] dx;

    PoolPass(PoolLayer layer, Shape out, int samples) {
      this.layer = layer;
      this.in = layer.input();
      this.out = out;
      y = new float[samples * out.size()];
      winner = new int[layer.max() ? y.length : 0];
      dx = new float[samples * in.size()];
    }

    /** Calls {@code body} for every output pixel with the clipped window. */
    private interface Body {
      void window(int outAt, int sample, int y0, int y1, int x0, int x1);
    }

    private void each(int n, Body body) {
      Window w = layer.window();
      int at = 0;
      for (int i = 0; i < n; i++) {
        for (int oy = 0; oy < out.height(); oy++) {
          int y0 = oy * w.strideY() - w.padTop();
          for (int ox = 0; ox < out.width(); ox++, at += out.channels()) {
            int x0 = ox * w.strideX() - w.padLeft();
            body.window(
                at,
                i * in.size(),
                Math.max(y0, 0),
                Math.min(y0 + w.height(), in.height()),
                Math.max(x0, 0),
                Math.min(x0 + w.width(), in.width()));
          }
        }
      }
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      float[] x = xs[0];
      each(
          n,
          layer.max()
              ? (at, s, y0, y1, x0, x1) -> maximum(x, at, s, y0, y1, x0, x1)
              : (at, s, y0, y1, x0, x1) -> mean(x, at, s, y0, y1, x0, x1));
      return y;
    }

    private void maximum(float[] x, int at, int s, int y0, int y1, int x0, int x1) {
      int c = out.channels();
      Arrays.fill(y, at, at + c, Float.NEGATIVE_INFINITY);
      for (int r = y0; r < y1; r++) {
        for (int q = x0; q < x1; q++) {
          int from = s + (r * in.width() + q) * c;
          for (int i = 0; i < c; i++) {
            if (x[from + i] > y[at + i]) {
              y[at + i] = x[from + i];
              winner[at + i] = from + i;
            }
          }
        }
      }
    }

    private void mean(float[] x, int at, int s, int y0, int y1, int x0, int x1) {
      int c = out.channels();
      Arrays.fill(y, at, at + c, 0);
      for (int r = y0; r < y1; r++) {
        for (int q = x0; q < x1; q++) {
          int from = s + (r * in.width() + q) * c;
          for (int i = 0; i < c; i++) {
            y[at + i] += x[from + i];
          }
        }
      }
      float scale = 1f / ((y1 - y0) * (x1 - x0));
      for (int i = 0; i < c; i++) {
        y[at + i] *= scale;
      }
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      Arrays.fill(dx, 0, n * in.size(), 0);
      if (layer.max()) {
        for (int i = 0; i < n * out.size(); i++) {
          dx[winner[i]] += dy[i];
        }
      } else {
        each(n, (at, s, y0, y1, x0, x1) -> spread(dy, at, s, y0, y1, x0, x1));
      }
      return new float[][] {dx};
    }

    private void spread(float[] dy, int at, int s, int y0, int y1, int x0, int x1) {
      int c = out.channels();
      float scale = 1f / ((y1 - y0) * (x1 - x0));
      for (int r = y0; r < y1; r++) {
        for (int q = x0; q < x1; q++) {
          int from = s + (r * in.width() + q) * c;
          for (int i = 0; i < c; i++) {
            dx[from + i] += dy[at + i] * scale;
          }
        }
      }
    }
  }
}
