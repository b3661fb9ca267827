package org.bitloom.trainer.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.file.Suggestion;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.GroupNormLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.Noise;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;
import org.bitloom.trainer.layer.Transforms;

/** Turns entries of {@code layers:} into nodes of a network. */
final class LayerBuilder {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  private final NetworkBuilder network;
  private final Map<String, Integer> outputs = new HashMap<>();

  LayerBuilder(NetworkBuilder network) {
    this.network = network;
    outputs.put("input", 0);
  }

  /** Adds an entry, the {@code index}-th. */
  void add(LayerConfig c, int index) {
    c.check();
    String name = c.name() == null ? c.type() + index : c.name();
    int[] from = from(c);
    int in = from[0];
    Shape shape = network.shape(in);
    int out =
        switch (c.type()) {
          case "conv" ->
              after(c, name, network.add(conv(c, name, shape, filters(c), groups(c)), in));
          case "pointwise" ->
              after(
                  c,
                  name,
                  network.add(
                      weighted(
                          c, new Conv2dLayer(name, shape, filters(c), Window.valid(1, 1, 1, 1))),
                      in));
          case "depthwise" ->
              after(
                  c,
                  name,
                  network.add(conv(c, name, shape, shape.channels(), shape.channels()), in));
          case "separable" -> separable(c, name, in);
          case "ghost" -> ghost(c, name, in);
          case "dense" ->
              after(
                  c,
                  name,
                  network.add(
                      weighted(c, new DenseLayer(name, shape, need("units", c.units()))), in));
          case "add", "subtract" ->
              network.add(
                  new AddLayer(name, shape, c.type().equals("subtract")), in, second(c, from));
          case "concat" ->
              network.add(
                  new ConcatLayer(
                      name, java.util.Arrays.stream(from).mapToObj(network::shape).toList()),
                  java.util.Arrays.stream(from).boxed().toArray(Integer[]::new));
          default -> network.add(simple(c, name, shape), in);
        };
    outputs.put(name, out);
  }

  private int[] from(LayerConfig c) {
    if (c.inputs() == null) {
      return new int[] {network.last()};
    }
    boolean several = List.of("add", "subtract", "concat").contains(c.type());
    if (c.inputs().isEmpty() || c.inputs().size() > 1 && !several) {
      throw new IllegalArgumentException(c.type() + " takes one input, found " + c.inputs());
    }
    return c.inputs().stream().mapToInt(this::output).toArray();
  }

  private int output(String name) {
    Integer t = outputs.get(name);
    if (t == null) {
      throw new IllegalArgumentException(
          "reads "
              + name
              + ", which is no layer before it"
              + Suggestion.of(name, outputs.keySet()));
    }
    return t;
  }

  private static int second(LayerConfig c, int[] from) {
    if (from.length != 2) {
      throw new IllegalArgumentException(c.type() + " takes two inputs, write inputs: [a, b]");
    }
    return from[1];
  }

  private Layer simple(LayerConfig c, String name, Shape s) {
    return switch (c.type()) {
      case "max_pool" -> new PoolLayer(name, s, pool(c, s), true);
      case "average_pool" -> new PoolLayer(name, s, pool(c, s), false);
      case "global_average_pool" ->
          new PoolLayer(name, s, Window.valid(s.height(), s.width(), 1, 1), false);
      case "flatten" -> new FlattenLayer(name, s);
      case "softmax" -> new SoftmaxLayer(name, s);
      case "pad" ->
          new PadLayer(
              name, s, or(c.top(), 0), or(c.left(), 0), or(c.bottom(), 0), or(c.right(), 0));
      case "batch_norm" ->
          new BatchNormLayer(name, s, or(c.momentum(), MOMENTUM), or(c.epsilon(), EPSILON));
      case "layer_norm" -> new GroupNormLayer(name, s, 1, or(c.epsilon(), EPSILON));
      case "instance_norm" -> new GroupNormLayer(name, s, s.channels(), or(c.epsilon(), EPSILON));
      case "group_norm" ->
          new GroupNormLayer(name, s, need("groups", c.groups()), or(c.epsilon(), EPSILON));
      case "local_response_norm" ->
          new LocalResponseNormLayer(
              name,
              s,
              c.size() == null ? 5 : c.size().rows(),
              or(c.k(), 2.0),
              or(c.alpha(), 1e-4),
              or(c.beta(), 0.75));
      case "dropout" -> new DropoutLayer(name, s, new Noise.Dropout(need("rate", c.rate())));
      case "gaussian_dropout" ->
          new DropoutLayer(
              name, s, new Noise.Gaussian(need("rate", c.rate()), or(c.usual(), false)));
      case "standout" ->
          new DropoutLayer(name, s, new Noise.Standout(or(c.alpha(), 1.0), or(c.beta(), 0.0)));
      default -> new ActivationLayer(name, s, function(c.type(), c.alpha()));
    };
  }

  static Activation function(String word, Double alpha) {
    return switch (word) {
      case "relu" -> new Activation.Relu();
      case "relu6" -> new Activation.Relu6();
      case "leaky_relu" -> new Activation.LeakyRelu(or(alpha, 0.01));
      case "sigmoid" -> new Activation.Sigmoid();
      case "tanh" -> new Activation.Tanh();
      case "hard_sigmoid" -> new Activation.HardSigmoid();
      case "hard_swish" -> new Activation.HardSwish();
      default ->
          throw new IllegalArgumentException(
              "activation is "
                  + word
                  + ", write relu, relu6, leaky_relu, sigmoid, tanh, hard_sigmoid or hard_swish");
    };
  }

  private Layer conv(LayerConfig c, String name, Shape in, int filters, int groups) {
    return weighted(c, new Conv2dLayer(name, in, filters, window(c, in), groups));
  }

  private static int groups(LayerConfig c) {
    return or(c.groups(), 1);
  }

  private static int filters(LayerConfig c) {
    return need("filters", c.filters());
  }

  /** Shares another layer's parameters and attaches what changes weights while training. */
  private Layer weighted(LayerConfig c, Layer l) {
    if (c.share() != null) {
      return shared(c, l);
    }
    Parameter w = l.parameters().getFirst();
    if (or(c.weightNorm(), false)) {
      w.attach(new Transforms.WeightNorm(w));
    }
    if (or(c.spectralNorm(), false)) {
      w.attach(new Transforms.SpectralNorm(w));
    }
    if (c.dropConnect() != null) {
      w.attach(new Transforms.DropConnect(c.dropConnect()));
    }
    return l;
  }

  private Layer shared(LayerConfig c, Layer l) {
    Layer other = named(c.share());
    if (other == null
        || other.getClass() != l.getClass()
        || !other.parameters().getFirst().shape().equals(l.parameters().getFirst().shape())) {
      throw new IllegalArgumentException(
          "share is " + c.share() + ", which is no layer before it with weights of this shape");
    }
    Parameter w = other.parameters().get(0);
    Parameter b = other.parameters().get(1);
    return switch (l) {
      case Conv2dLayer k -> new Conv2dLayer(k.name(), k.input(), k.window(), k.groups(), w, b);
      case DenseLayer d -> new DenseLayer(d.name(), d.input(), w, b);
      default -> throw new IllegalStateException(l.name());
    };
  }

  private Layer named(String name) {
    for (int t = 1; t <= network.last(); t++) {
      if (network.layer(t).name().equals(name)) {
        return network.layer(t);
      }
    }
    return null;
  }

  /** The normalization and activation written with a layer. */
  private int after(LayerConfig c, String name, int tensor) {
    int t = tensor;
    if (or(c.batchNorm(), false)) {
      t = network.add(new BatchNormLayer(name + "_bn", network.shape(t), MOMENTUM, EPSILON), t);
    }
    if (c.activation() != null) {
      t =
          network.add(
              new ActivationLayer(
                  name + "_" + c.activation(),
                  network.shape(t),
                  function(c.activation(), c.alpha())),
              t);
    }
    return t;
  }

  /** Depthwise, then pointwise (Howard et al., 2017). */
  private int separable(LayerConfig c, String name, int in) {
    Shape s = network.shape(in);
    Layer depthwise =
        new Conv2dLayer(name + "_depthwise", s, s.channels(), window(c, s), s.channels());
    int t = after(c, depthwise.name(), network.add(depthwise, in));
    Layer pointwise = new Conv2dLayer(name, network.shape(t), filters(c), Window.valid(1, 1, 1, 1));
    return after(c, name, network.add(pointwise, t));
  }

  /**
   * Ghost module (Han et al., 2020): 1/ratio of the maps by an ordinary convolution, the others
   * from those by a depthwise one, joined.
   */
  private int ghost(LayerConfig c, String name, int in) {
    int ratio = or(c.ratio(), 2);
    if (ratio < 2 || filters(c) % ratio != 0) {
      throw new IllegalArgumentException("ghost needs a ratio of 2 or more that divides filters");
    }
    Shape s = network.shape(in);
    int own = filters(c) / ratio;
    Layer primary = new Conv2dLayer(name + "_primary", s, own, window(c, s));
    int p = after(c, primary.name(), network.add(primary, in));
    Integer[] parts = new Integer[ratio];
    parts[0] = p;
    for (int i = 1; i < ratio; i++) {
      Shape map = network.shape(p);
      Layer cheap =
          new Conv2dLayer(
              name + "_cheap" + (ratio > 2 ? i : ""),
              map,
              own,
              Window.same(3, 3, 1, 1, 1, 1, map.height(), map.width()),
              own);
      parts[i] = after(c, cheap.name(), network.add(cheap, p));
    }
    return network.add(
        new ConcatLayer(name, java.util.Arrays.stream(parts).map(network::shape).toList()), parts);
  }

  private static Window window(LayerConfig c, Shape in) {
    return window(need("kernel", c.kernel()), c.stride(), c.dilation(), c.padding(), in);
  }

  private static Window pool(LayerConfig c, Shape in) {
    Extent size = need("size", c.size());
    return window(size, c.stride() == null ? size : c.stride(), null, c.padding(), in);
  }

  private static Window window(
      Extent kernel, Extent stride, Extent dilation, String padding, Shape in) {
    Extent s = or(stride, new Extent(1, 1));
    Extent d = or(dilation, new Extent(1, 1));
    return switch (padding == null ? "valid" : padding) {
      case "same" ->
          Window.same(
              kernel.rows(),
              kernel.columns(),
              s.rows(),
              s.columns(),
              d.rows(),
              d.columns(),
              in.height(),
              in.width());
      case "valid" ->
          new Window(
              kernel.rows(),
              kernel.columns(),
              s.rows(),
              s.columns(),
              d.rows(),
              d.columns(),
              0,
              0,
              0,
              0);
      default ->
          throw new IllegalArgumentException("padding is " + padding + ", write same or valid");
    };
  }

  private static <T> T need(String key, T value) {
    if (value == null) {
      throw new IllegalArgumentException("needs " + key);
    }
    if (value instanceof Integer i && i < 1) {
      throw new IllegalArgumentException(key + " is " + i + ", at least 1 is needed");
    }
    return value;
  }

  private static <T> T or(T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
