package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Convolution straight from a padded copy of each sample's map, in vectors of filters. The gradient
 * of the input, with strides of 1, is the same convolution of dy with the weights turned around;
 * with others it is scattered.
 */
final class DirectConvPass implements Layer.Pass {
  private final Kernels kernels = Kernels.BEST;
  private final Conv2dLayer layer;
  private final Window w;
  private final Shape in;
  private final Shape out;
  private final int taps;
  private final int channels;
  private final int filters;
  private final Padded front; // the input with its padding
  private final Padded behind; // dy, spread out by the strides, with padding for the way back
  private final float[] byTap; // weights [tap][c][k]
  private final float[] turned; // weights [tap turned around][k][c]
  private final float[] dByTap;
  private final float[] y;
  private final float[] dx;
  private float[] x;

  DirectConvPass(Conv2dLayer layer, int samples) {
    this.layer = layer;
    w = layer.window();
    in = layer.input();
    out = layer.output();
    taps = w.taps();
    channels = in.channels();
    filters = out.channels();
    int reachY = (w.height() - 1) * w.dilationY();
    int reachX = (w.width() - 1) * w.dilationX();
    front =
        new Padded(
            Math.max(w.padTop(), 0),
            Math.max(w.padLeft(), 0),
            Math.max(in.height() + w.padTop(), (out.height() - 1) * w.strideY() + reachY + 1),
            Math.max(in.width() + w.padLeft(), (out.width() - 1) * w.strideX() + reachX + 1),
            channels);
    behind =
        new Padded(
            reachY - w.padTop(),
            reachX - w.padLeft(),
            Math.max(in.height(), (out.height() - 1) * w.strideY() + 1 - w.padTop()) + reachY,
            Math.max(in.width(), (out.width() - 1) * w.strideX() + 1 - w.padLeft()) + reachX,
            filters);
    int n = layer.weight().values().length;
    byTap = new float[n];
    turned = new float[n];
    dByTap = new float[n];
    y = new float[samples * out.size()];
    dx = new float[samples * in.size()];
  }

  /** Whether a layer can be computed so. */
  static boolean fits(Conv2dLayer l) {
    Window w = l.window();
    Kernels k = Kernels.BEST;
    int c = l.input().channels();
    int f = l.output().channels();
    return l.groups() == 1
        && k.direct(c, f)
        && k.direct(f, c)
        && l.output().width() >= 8
        && l.input().width() >= 8
        && w.padTop() <= (w.height() - 1) * w.dilationY()
        && w.padLeft() <= (w.width() - 1) * w.dilationX();
  }

  /** A map with room around it. */
  private static final class Padded {
    final int top;
    final int left;
    final int width;
    final int channels;
    final float[] values;

    Padded(int top, int left, int height, int width, int channels) {
      this.top = top;
      this.left = left;
      this.width = width;
      this.channels = channels;
      values = new float[height * width * channels];
    }

    int row() {
      return width * channels;
    }

    /** Puts a map in, its pixels {@code stepY} and {@code stepX} apart; the rest stays zero. */
    void fill(float[] from, int at, Shape s, int stepY, int stepX) {
      for (int r = 0; r < s.height(); r++) {
        int to = (top + r * stepY) * row() + left * channels;
        int source = at + r * s.width() * channels;
        if (stepX == 1) {
          System.arraycopy(from, source, values, to, s.width() * channels);
        } else {
          for (int q = 0; q < s.width(); q++) {
            System.arraycopy(
                from, source + q * channels, values, to + q * stepX * channels, channels);
          }
        }
      }
    }
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    x = xs[0];
    float[] weight = run.values().of(layer.weight());
    for (int k = 0; k < filters; k++) {
      for (int t = 0; t < taps; t++) {
        for (int c = 0; c < channels; c++) {
          byTap[(t * channels + c) * filters + k] = weight[(k * taps + t) * channels + c];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      front.fill(x, i * in.size(), in, 1, 1);
      for (int oy = 0; oy < out.height(); oy++) {
        kernels.convolve(
            front.values,
            (oy * w.strideY() + front.top - w.padTop()) * front.row(),
            w.dilationY() * front.row(),
            w.dilationX() * channels,
            w.strideX() * channels,
            w.height(),
            w.width(),
            channels,
            byTap,
            y,
            i * out.size() + oy * out.width() * filters,
            out.width(),
            filters);
      }
    }
    kernels.bias(run.values().of(layer.bias()), y, n * out.height() * out.width());
    return y;
  }

  @Override
  public float[][] backward(float[] dy, int n, Layer.Run run, Gradients g, boolean wantInput) {
    Bias.sum(dy, n * out.height() * out.width(), g.of(layer.bias()));
    Arrays.fill(dByTap, 0);
    if (wantInput) {
      turn(run.values().of(layer.weight()));
    }
    for (int i = 0; i < n; i++) {
      front.fill(x, i * in.size(), in, 1, 1);
      for (int t = 0; t < taps; t++) {
        kernels.weights(
            front.values,
            t / w.width() * w.dilationY() * front.row() + t % w.width() * w.dilationX() * channels,
            w.strideY() * front.row(),
            w.strideX() * channels,
            channels,
            dy,
            i * out.size(),
            out.height(),
            out.width(),
            filters,
            dByTap,
            t * channels * filters);
      }
      if (wantInput) {
        behind.fill(dy, i * out.size(), out, w.strideY(), w.strideX());
        for (int r = 0; r < in.height(); r++) {
          kernels.convolve(
              behind.values,
              r * behind.row(),
              w.dilationY() * behind.row(),
              w.dilationX() * filters,
              filters,
              w.height(),
              w.width(),
              filters,
              turned,
              dx,
              i * in.size() + r * in.width() * channels,
              in.width(),
              channels);
        }
      }
    }
    float[] dw = g.of(layer.weight());
    for (int k = 0; k < filters; k++) {
      for (int t = 0; t < taps; t++) {
        for (int c = 0; c < channels; c++) {
          dw[(k * taps + t) * channels + c] += dByTap[(t * channels + c) * filters + k];
        }
      }
    }
    return new float[][] {dx};
  }

  private void turn(float[] weight) {
    for (int k = 0; k < filters; k++) {
      for (int t = 0; t < taps; t++) {
        System.arraycopy(
            weight,
            (k * taps + t) * channels,
            turned,
            ((taps - 1 - t) * filters + k) * channels,
            channels);
      }
    }
  }
}
