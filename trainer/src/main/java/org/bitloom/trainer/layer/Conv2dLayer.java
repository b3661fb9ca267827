package org.bitloom.trainer.layer;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Convolution, grouped or not; weight {@code [k][r][s][c / groups]}, bias {@code [k]}. Output
 * channels of a group see the input channels of that group only; as many groups as channels make it
 * depthwise.
 */
public final class Conv2dLayer implements Layer {
  private final String name;
  private final Shape input;
  private final Shape output;
  private final Window window;
  private final int groups;
  private final Parameter weight;
  private final Parameter bias;

  /** A layer of {@code filters} filters with undrawn weights. */
  public Conv2dLayer(String name, Shape input, int filters, Window window) {
    this(name, input, filters, window, 1);
  }

  /** A grouped layer with undrawn weights. */
  public Conv2dLayer(String name, Shape input, int filters, Window window, int groups) {
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
  public Conv2dLayer(
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
    Shape w = weight.shape();
    Shape want =
        Shape.of(w.dim(0), window.height(), window.width(), depth(name, input, w.dim(0), groups));
    if (!w.equals(want)) {
      throw new IllegalArgumentException(name + ": weights are " + w + ", not " + want);
    }
    this.name = name;
    this.input = input;
    this.window = window;
    this.groups = groups;
    this.weight = weight;
    this.bias = bias;
    this.output =
        Shape.of(window.outHeight(input.height()), window.outWidth(input.width()), w.dim(0));
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

  /** Whether every channel is convolved on its own. */
  public boolean depthwise() {
    return groups > 1 && groups == input.channels() && groups == output.channels();
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
    weight.transforms().forEach(t -> t.begin(weight.values()));
  }

  @Override
  public Pass newPass(int samples) {
    return DirectConvPass.fits(this)
        ? new DirectConvPass(this, samples)
        : groups == 1
            ? new MatrixConvPass(this, samples)
            : depthwise() ? new DepthwisePass(this, samples) : new GroupedConvPass(this, samples);
  }
}
