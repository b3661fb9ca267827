package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/** Convolution of groups of several channels, pixel by pixel. */
final class GroupedConvPass implements Layer.Pass {
  private final Conv2dLayer layer;
  private final Window w;
  private final Shape in;
  private final Shape out;
  private final int depth;
  private final int perGroup;
  private final float[] y;
  private final float[] dx;
  private float[] x;

  GroupedConvPass(Conv2dLayer layer, int samples) {
    this.layer = layer;
    w = layer.window();
    in = layer.input();
    out = layer.output();
    depth = in.channels() / layer.groups();
    perGroup = out.channels() / layer.groups();
    y = new float[samples * out.size()];
    dx = new float[samples * in.size()];
  }

  /** What happens between an output pixel and an input pixel a tap apart. */
  private interface Meeting {
    void at(int out, int in, int tap);
  }

  private void each(int n, Meeting m) {
    for (int i = 0; i < n; i++) {
      for (int oy = 0; oy < out.height(); oy++) {
        for (int ox = 0; ox < out.width(); ox++) {
          int to = ((i * out.height() + oy) * out.width() + ox) * out.channels();
          for (int t = 0; t < w.taps(); t++) {
            int yy = oy * w.strideY() - w.padTop() + t / w.width() * w.dilationY();
            int xx = ox * w.strideX() - w.padLeft() + t % w.width() * w.dilationX();
            if (yy >= 0 && yy < in.height() && xx >= 0 && xx < in.width()) {
              m.at(to, ((i * in.height() + yy) * in.width() + xx) * in.channels(), t);
            }
          }
        }
      }
    }
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    x = xs[0];
    Arrays.fill(y, 0, n * out.size(), 0);
    float[] weight = run.values().of(layer.weight());
    each(n, (to, from, tap) -> forward(weight, to, from, tap));
    Bias.add(run.values().of(layer.bias()), y, n * out.height() * out.width());
    return y;
  }

  private void forward(float[] weight, int to, int from, int tap) {
    for (int k = 0; k < out.channels(); k++) {
      int f = from + k / perGroup * depth;
      int at = (k * w.taps() + tap) * depth;
      float sum = 0;
      for (int d = 0; d < depth; d++) {
        sum += weight[at + d] * x[f + d];
      }
      y[to + k] += sum;
    }
  }

  @Override
  public float[][] backward(float[] dy, int n, Layer.Run run, Gradients g, boolean wantInput) {
    Bias.sum(dy, n * out.height() * out.width(), g.of(layer.bias()));
    Arrays.fill(dx, 0, n * in.size(), 0);
    float[] weight = run.values().of(layer.weight());
    float[] dw = g.of(layer.weight());
    each(n, (to, from, tap) -> backward(weight, dy, dw, to, from, tap));
    return new float[][] {dx};
  }

  private void backward(float[] weight, float[] dy, float[] dw, int to, int from, int tap) {
    for (int k = 0; k < out.channels(); k++) {
      int f = from + k / perGroup * depth;
      int at = (k * w.taps() + tap) * depth;
      float g = dy[to + k];
      for (int d = 0; d < depth; d++) {
        dw[at + d] += g * x[f + d];
        dx[f + d] += g * weight[at + d];
      }
    }
  }
}
