package org.bitloom.trainer.layer;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.blas.Blas;
import org.bitloom.fixedpoint.tensor.Shape;

/** {@code y = W x + b} over all elements of a sample; weight {@code [k][n]}, bias {@code [k]}. */
public final class DenseLayer implements Layer {
  private final String name;
  private final Shape input;
  private final Parameter weight;
  private final Parameter bias;

  /** A layer of {@code units} outputs with undrawn weights. */
  public DenseLayer(String name, Shape input, int units) {
    this(
        name,
        input,
        Parameter.zeros(name + ".weight", Shape.of(units, input.size())),
        Parameter.zeros(name + ".bias", Shape.of(units)));
  }

  /** A layer with given parameters. */
  public DenseLayer(String name, Shape input, Parameter weight, Parameter bias) {
    if (weight.shape().dim(1) != input.size()) {
      throw new IllegalArgumentException(
          name + ": weight " + weight.shape() + " does not take " + input);
    }
    this.name = name;
    this.input = input;
    this.weight = weight;
    this.bias = bias;
  }

  /** Weights {@code [k][n]}. */
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
    return Shape.of(1, 1, bias.values().length);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }

  @Override
  public void initialise(Initialisation how, RandomGenerator random) {
    how.draw(weight.values(), input.size(), bias.values().length, random);
    weight.transforms().forEach(t -> t.begin(weight.values()));
  }

  @Override
  public Pass newPass(int samples) {
    return new DensePass(samples);
  }

  private final class DensePass implements Pass {
    private final int units = bias.values().length;
    private final float[] y;
    private final float[] dx;
    private float[] x;

    DensePass(int samples) {
      y = new float[samples * units];
      dx = new float[samples * input.size()];
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      float[] w = run.values().of(weight);
      float[] b = run.values().of(bias);
      for (int i = 0; i < n; i++) {
        System.arraycopy(b, 0, y, i * units, units);
      }
      Blas.multiply(false, true, n, units, input.size(), x, w, 1, y);
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      Blas.multiply(true, false, units, input.size(), n, dy, x, 1, g.of(weight));
      Bias.sum(dy, n, g.of(bias));
      if (wantInput) {
        float[] w = run.values().of(weight);
        Blas.multiply(false, false, n, input.size(), units, dy, w, 0, dx);
      }
      return new float[][] {dx};
    }
  }
}
