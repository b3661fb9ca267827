package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.blas.Blas;
import org.bitloom.fixedpoint.execute.Unfold;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Convolution as a matrix product of unfolded windows, a sample at a time so that the windows stay
 * in the cache. They are unfolded again on the way back rather than kept.
 */
final class MatrixConvPass implements Layer.Pass {
  private final Conv2dLayer layer;
  private final Shape in;
  private final Shape out;
  private final int positions;
  private final int filters;
  private final int inner;
  private final Unfold unfold;
  private final boolean pointwise; // the map is its own matrix of windows
  private final Unfold around; // windows of dy around an input pixel, null with strides
  private final float[] columns;
  private final float[] back;
  private final float[] flipped; // weights [r'][s'][k][c] for windows of dy
  private final float[] y;
  private final float[] dx;
  private float[] x;

  MatrixConvPass(Conv2dLayer layer, int samples) {
    this.layer = layer;
    in = layer.input();
    out = layer.output();
    Window w = layer.window();
    unfold = new Unfold(in, w);
    inner = unfold.rowLength();
    positions = out.height() * out.width();
    filters = out.channels();
    pointwise =
        w.taps() == 1
            && w.strideY() == 1
            && w.strideX() == 1
            && positions == in.height() * in.width();
    around = pointwise ? null : around(w);
    columns = new float[pointwise ? 0 : unfold.size()];
    back = new float[pointwise ? 0 : around == null ? unfold.size() : around.size()];
    flipped = new float[around == null ? 0 : layer.weight().values().length];
    y = new float[samples * out.size()];
    dx = new float[samples * in.size()];
  }

  /** With strides of 1 the gradient is a convolution of dy with the weights turned around. */
  private Unfold around(Window w) {
    int top = (w.height() - 1) * w.dilationY() - w.padTop();
    int left = (w.width() - 1) * w.dilationX() - w.padLeft();
    int bottom = in.height() - out.height() + w.padTop();
    int right = in.width() - out.width() + w.padLeft();
    if (w.strideY() != 1
        || w.strideX() != 1
        || filters > 2 * in.channels()
        || Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
      return null;
    }
    return new Unfold(
        out,
        new Window(
            w.height(), w.width(), 1, 1, w.dilationY(), w.dilationX(), top, left, bottom, right));
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    x = xs[0];
    float[] w = run.values().of(layer.weight());
    if (pointwise) {
      Blas.multiply(false, true, n * positions, filters, inner, x, w, 0, y);
    } else {
      for (int i = 0; i < n; i++) {
        unfold.gather(x, i * in.size(), columns, 0);
        Blas.multiply(
            false, true, positions, filters, inner, columns, 0, w, 0, 0, y, i * out.size());
      }
    }
    Bias.add(run.values().of(layer.bias()), y, n * positions);
    return y;
  }

  @Override
  public float[][] backward(float[] dy, int n, Layer.Run run, Gradients g, boolean wantInput) {
    float[] w = run.values().of(layer.weight());
    float[] dw = g.of(layer.weight());
    Bias.sum(dy, n * positions, g.of(layer.bias()));
    if (pointwise) {
      Blas.multiply(true, false, filters, inner, n * positions, dy, x, 1, dw);
      if (wantInput) {
        Blas.multiply(false, false, n * positions, inner, filters, dy, w, 0, dx);
      }
      return new float[][] {dx};
    }
    if (wantInput && around != null) {
      flip(w);
    }
    if (wantInput && around == null) {
      Arrays.fill(dx, 0, n * in.size(), 0);
    }
    for (int i = 0; i < n; i++) {
      int from = i * out.size();
      unfold.gather(x, i * in.size(), columns, 0);
      Blas.multiply(true, false, filters, inner, positions, dy, from, columns, 0, 1, dw, 0);
      if (wantInput && around != null) {
        around.gather(dy, from, back, 0);
        Blas.multiply(
            false,
            false,
            in.height() * in.width(),
            in.channels(),
            around.rowLength(),
            back,
            0,
            flipped,
            0,
            0,
            dx,
            i * in.size());
      } else if (wantInput) {
        Blas.multiply(false, false, positions, inner, filters, dy, from, w, 0, 0, back, 0);
        unfold.scatter(back, 0, dx, i * in.size());
      }
    }
    return new float[][] {dx};
  }

  private void flip(float[] w) {
    int taps = layer.window().taps();
    int c = in.channels();
    for (int k = 0; k < filters; k++) {
      for (int t = 0; t < taps; t++) {
        System.arraycopy(w, (k * taps + t) * c, flipped, ((taps - 1 - t) * filters + k) * c, c);
      }
    }
  }
}
