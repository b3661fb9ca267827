package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Depthwise convolution. A tap's weights are repeated along a row, so that with a column stride of
 * 1 a tap is one long product of rows, element by element.
 */
final class DepthwisePass implements Layer.Pass {
  private final Conv2dLayer layer;
  private final Window w;
  private final Shape in;
  private final Shape out;
  private final int channels;
  private final int row; // elements of an output row
  private final float[] tiled; // [tap][output row]
  private final float[] dTiled;
  private final float[] y;
  private final float[] dx;
  private float[] x;

  DepthwisePass(Conv2dLayer layer, int samples) {
    this.layer = layer;
    w = layer.window();
    in = layer.input();
    out = layer.output();
    channels = in.channels();
    row = out.width() * channels;
    tiled = new float[w.taps() * row];
    dTiled = new float[tiled.length];
    y = new float[samples * out.size()];
    dx = new float[samples * in.size()];
  }

  /** Weights {@code [c][tap]} to {@code [tap][output row]}. */
  private void tile(float[] weight) {
    int taps = w.taps();
    for (int t = 0; t < taps; t++) {
      for (int c = 0; c < channels; c++) {
        tiled[t * row + c] = weight[c * taps + t];
      }
      for (int x1 = 1; x1 < out.width(); x1++) {
        System.arraycopy(tiled, t * row, tiled, t * row + x1 * channels, channels);
      }
    }
  }

  /**
   * A run of elements: of dy or y from {@code to}, x from {@code from}, weights from {@code at}.
   */
  private interface Stretch {
    void at(int to, int from, int at, int length);
  }

  private void each(int n, Stretch s) {
    for (int i = 0; i < n; i++) {
      for (int oy = 0; oy < out.height(); oy++) {
        for (int r = 0; r < w.height(); r++) {
          int iy = oy * w.strideY() - w.padTop() + r * w.dilationY();
          if (iy >= 0 && iy < in.height()) {
            int from = (i * in.height() + iy) * in.width() * channels;
            int to = (i * out.height() + oy) * row;
            for (int q = 0; q < w.width(); q++) {
              taps(s, to, from, r * w.width() + q, q * w.dilationX() - w.padLeft());
            }
          }
        }
      }
    }
  }

  /** The output columns whose input column {@code ox * stride + shift} lies on the map. */
  private void taps(Stretch s, int to, int from, int tap, int shift) {
    int stride = w.strideX();
    int first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    int last = Math.min(out.width() - 1, Math.floorDiv(in.width() - 1 - shift, stride));
    if (first > last) {
      return;
    }
    if (stride == 1) {
      s.at(
          to + first * channels,
          from + (first + shift) * channels,
          tap * row + first * channels,
          (last - first + 1) * channels);
      return;
    }
    for (int ox = first; ox <= last; ox++) {
      s.at(
          to + ox * channels,
          from + (ox * stride + shift) * channels,
          tap * row + ox * channels,
          channels);
    }
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    x = xs[0];
    Arrays.fill(y, 0, n * out.size(), 0);
    tile(run.values().of(layer.weight()));
    each(n, this::forward);
    Bias.add(run.values().of(layer.bias()), y, n * out.height() * out.width());
    return y;
  }

  private void forward(int to, int from, int at, int length) {
    Kernels.BEST.multiplyAdd(x, from, tiled, at, y, to, length);
  }

  @Override
  public float[][] backward(float[] dy, int n, Layer.Run run, Gradients g, boolean wantInput) {
    Bias.sum(dy, n * out.height() * out.width(), g.of(layer.bias()));
    Arrays.fill(dTiled, 0);
    each(n, (to, from, at, length) -> weights(dy, to, from, at, length));
    float[] dw = g.of(layer.weight());
    int taps = w.taps();
    for (int t = 0; t < taps; t++) {
      for (int j = 0; j < row; j++) {
        dw[j % channels * taps + t] += dTiled[t * row + j];
      }
    }
    if (wantInput) {
      Arrays.fill(dx, 0, n * in.size(), 0);
      tile(run.values().of(layer.weight()));
      each(n, (to, from, at, length) -> inputs(dy, to, from, at, length));
    }
    return new float[][] {dx};
  }

  private void weights(float[] dy, int to, int from, int at, int length) {
    Kernels.BEST.multiplyAdd(x, from, dy, to, dTiled, at, length);
  }

  private void inputs(float[] dy, int to, int from, int at, int length) {
    Kernels.BEST.multiplyAdd(dy, to, tiled, at, dx, from, length);
  }
}
