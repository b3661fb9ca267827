package org.bitloom.trainer.layer;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.blas.Blas;
import org.bitloom.fixedpoint.execute.Unfold;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/** Convolution as a matrix product of unfolded windows with weights {@code [k][r][s][c]}. */
public final class Conv2dLayer implements Layer {
  private final String name;
  private final Shape input;
  private final Shape output;
  private final Window window;
  private final Parameter weight;
  private final Parameter bias;

  /** A layer of {@code filters} filters with undrawn weights. */
  public Conv2dLayer(String name, Shape input, int filters, Window window) {
    this(
        name,
        input,
        window,
        Parameter.zeros(
            name + ".weight", Shape.of(filters, window.height(), window.width(), input.channels())),
        Parameter.zeros(name + ".bias", Shape.of(filters)));
  }

  /** A layer with given parameters: weight {@code [k][r][s][c]}, bias {@code [k]}. */
  public Conv2dLayer(String name, Shape input, Window window, Parameter weight, Parameter bias) {
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
    this.name = name;
    this.input = input;
    this.window = window;
    this.weight = weight;
    this.bias = bias;
    this.output =
        Shape.of(
            window.outHeight(input.height()),
            window.outWidth(input.width()),
            weight.shape().dim(0));
  }

  /** Kernel, stride and padding. */
  public Window window() {
    return window;
  }

  /** Weights {@code [k][r][s][c]}. */
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
    int fanIn = window.taps() * input.channels();
    how.draw(weight.values(), fanIn, window.taps() * output.channels(), random);
  }

  @Override
  public Pass newPass(int samples) {
    return new ConvPass(samples);
  }

  private final class ConvPass implements Pass {
    private final int positions = output.height() * output.width();
    private final int filters = output.channels();
    private final Unfold unfold = new Unfold(input, window);
    private final int inner = unfold.rowLength();
    private final float[] columns;
    private final float[] y;
    private final float[] dColumns;
    private final float[] dx;

    ConvPass(int samples) {
      columns = new float[samples * positions * inner];
      y = new float[samples * output.size()];
      dColumns = new float[positions * inner];
      dx = new float[samples * input.size()];
    }

    @Override
    public float[] forward(float[] x, int n) {
      for (int i = 0; i < n; i++) {
        unfold.gather(x, i * input.size(), columns, i * positions * inner);
      }
      Blas.multiply(false, true, n * positions, filters, inner, columns, weight.values(), 0, y);
      float[] b = bias.values();
      for (int p = 0; p < n * positions; p++) {
        for (int k = 0; k < filters; k++) {
          y[p * filters + k] += b[k];
        }
      }
      return y;
    }

    @Override
    public float[] backward(float[] dy, int n, List<float[]> gradients, boolean wantInput) {
      Blas.multiply(true, false, filters, inner, n * positions, dy, columns, 1, gradients.get(0));
      float[] db = gradients.get(1);
      for (int p = 0; p < n * positions; p++) {
        for (int k = 0; k < filters; k++) {
          db[k] += dy[p * filters + k];
        }
      }
      if (!wantInput) {
        return null;
      }
      java.util.Arrays.fill(dx, 0, n * input.size(), 0);
      for (int i = 0; i < n; i++) {
        Blas.multiply(
            false,
            false,
            positions,
            inner,
            filters,
            dy,
            i * output.size(),
            weight.values(),
            0,
            0,
            dColumns,
            0);
        unfold.scatter(dColumns, 0, dx, i * input.size());
      }
      return dx;
    }
  }
}
