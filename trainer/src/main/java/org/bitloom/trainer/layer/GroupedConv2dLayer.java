package org.bitloom.trainer.layer;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Grouped convolution: output channels of a group see its input channels only; weight {@code
 * [k][r][s][c / groups]}, bias {@code [k]}. With as many groups as channels it is depthwise, and
 * runs channel by channel without products of matrices, which would be too thin.
 */
public final class GroupedConv2dLayer implements Layer {
  private final String name;
  private final Shape input;
  private final Shape output;
  private final Window window;
  private final int groups;
  private final Parameter weight;
  private final Parameter bias;

  /** A layer with undrawn weights. */
  public GroupedConv2dLayer(String name, Shape input, int filters, Window window, int groups) {
    this(
        name,
        input,
        window,
        groups,
        Parameter.zeros(
            name + ".weight",
            Shape.of(
                filters, window.height(), window.width(), depth(name, input, filters, groups))),
        Parameter.zeros(name + ".bias", Shape.of(filters)));
  }

  /** A layer with given parameters. */
  public GroupedConv2dLayer(
      String name, Shape input, Window window, int groups, Parameter weight, Parameter bias) {
    if (window.outHeight(input.height()) < 1 || window.outWidth(input.width()) < 1) {
      throw new IllegalArgumentException(
          name
              + ": a kernel of "
              + window.height()
              + "x"
              + window.width()
              + " does not fit "
              + input);
    }
    depth(name, input, weight.shape().dim(0), groups);
    this.name = name;
    this.input = input;
    this.window = window;
    this.groups = groups;
    this.weight = weight;
    this.bias = bias;
    this.output =
        Shape.of(
            window.outHeight(input.height()),
            window.outWidth(input.width()),
            weight.shape().dim(0));
  }

  private static int depth(String name, Shape input, int filters, int groups) {
    if (groups < 1 || input.channels() % groups != 0 || filters % groups != 0) {
      throw new IllegalArgumentException(
          name
              + ": "
              + groups
              + " groups do not divide "
              + input.channels()
              + " channels and "
              + filters
              + " filters");
    }
    return input.channels() / groups;
  }

  /** Kernel, stride and padding. */
  public Window window() {
    return window;
  }

  /** Number of groups. */
  public int groups() {
    return groups;
  }

  /** Weights {@code [k][r][s][c / groups]}. */
  public Parameter weight() {
    return weight;
  }

  /** Bias {@code [k]}. */
  public Parameter bias() {
    return bias;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public Shape output() {
    return output;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }

  @Override
  public void initialise(Initialisation how, RandomGenerator random) {
    int fanIn = window.taps() * input.channels() / groups;
    how.draw(weight.values(), fanIn, window.taps() * output.channels() / groups, random);
  }

  @Override
  public Pass newPass(int samples) {
    return new GroupedPass(samples);
  }

  private final class GroupedPass implements Pass {
    private final int channels = input.channels();
    private final int filters = output.channels();
    private final int depth = channels / groups;
    private final int perGroup = filters / groups;
    private final boolean depthwise = depth == 1 && perGroup == 1;
    private final float[] y;
    private final float[] dx;
    private final float[] byTap = new float[window.taps() * filters]; // depthwise: [tap][c]
    private final float[] gradientByTap = new float[byTap.length];
    private float[] x;

    GroupedPass(int samples) {
      y = new float[samples * output.size()];
      dx = new float[samples * input.size()];
    }

    /** What happens between an output pixel and an input pixel a tap apart. */
    private interface Meeting {
      void at(int out, int in, int tap);
    }

    private void each(int n, Meeting m) {
      for (int i = 0; i < n; i++) {
        for (int oy = 0; oy < output.height(); oy++) {
          for (int ox = 0; ox < output.width(); ox++) {
            int out = ((i * output.height() + oy) * output.width() + ox) * filters;
            for (int t = 0; t < window.taps(); t++) {
              int yy =
                  oy * window.strideY() - window.padTop() + t / window.width() * window.dilationY();
              int xx =
                  ox * window.strideX()
                      - window.padLeft()
                      + t % window.width() * window.dilationX();
              if (yy >= 0 && yy < input.height() && xx >= 0 && xx < input.width()) {
                m.at(out, ((i * input.height() + yy) * input.width() + xx) * channels, t);
              }
            }
          }
        }
      }
    }

    @Override
    public float[] forward(float[] in, int n) {
      x = in;
      float[] b = bias.values();
      for (int at = 0; at < n * output.size(); at += filters) {
        System.arraycopy(b, 0, y, at, filters);
      }
      if (depthwise) {
        transpose(weight.values(), byTap);
        each(n, this::depthwiseForward);
      } else {
        each(n, this::groupedForward);
      }
      return y;
    }

    private void transpose(float[] w, float[] into) {
      int taps = window.taps();
      for (int c = 0; c < filters; c++) {
        for (int t = 0; t < taps; t++) {
          into[t * filters + c] = w[c * taps + t];
        }
      }
    }

    private void depthwiseForward(int out, int in, int tap) {
      int w = tap * filters;
      for (int c = 0; c < filters; c++) {
        y[out + c] += byTap[w + c] * x[in + c];
      }
    }

    private void groupedForward(int out, int in, int tap) {
      float[] w = weight.values();
      for (int k = 0; k < filters; k++) {
        int from = in + k / perGroup * depth;
        int at = (k * window.taps() + tap) * depth;
        float sum = 0;
        for (int d = 0; d < depth; d++) {
          sum += w[at + d] * x[from + d];
        }
        y[out + k] += sum;
      }
    }

    @Override
    public float[] backward(float[] dy, int n, List<float[]> gradients, boolean wantInput) {
      float[] dw = gradients.get(0);
      float[] db = gradients.get(1);
      for (int at = 0; at < n * output.size(); at += filters) {
        for (int k = 0; k < filters; k++) {
          db[k] += dy[at + k];
        }
      }
      Arrays.fill(dx, 0);
      if (depthwise) {
        Arrays.fill(gradientByTap, 0);
        transpose(weight.values(), byTap);
        each(n, (out, in, tap) -> depthwiseBackward(dy, out, in, tap));
        int taps = window.taps();
        for (int c = 0; c < filters; c++) {
          for (int t = 0; t < taps; t++) {
            dw[c * taps + t] += gradientByTap[t * filters + c];
          }
        }
      } else {
        each(n, (out, in, tap) -> groupedBackward(dy, dw, out, in, tap));
      }
      return wantInput ? dx : null;
    }

    private void depthwiseBackward(float[] dy, int out, int in, int tap) {
      int w = tap * filters;
      for (int c = 0; c < filters; c++) {
        gradientByTap[w + c] += dy[out + c] * x[in + c];
        dx[in + c] += dy[out + c] * byTap[w + c];
      }
    }

    private void groupedBackward(float[] dy, float[] dw, int out, int in, int tap) {
      float[] w = weight.values();
      for (int k = 0; k < filters; k++) {
        int from = in + k / perGroup * depth;
        int at = (k * window.taps() + tap) * depth;
        float g = dy[out + k];
        for (int d = 0; d < depth; d++) {
          dw[at + d] += g * x[from + d];
          dx[from + d] += g * w[at + d];
        }
      }
    }
  }
}
