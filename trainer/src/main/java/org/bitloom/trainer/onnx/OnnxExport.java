package org.bitloom.trainer.onnx;

import static org.bitloom.trainer.onnx.OnnxWriter.channelFirst;
import static org.bitloom.trainer.onnx.OnnxWriter.in;
import static org.bitloom.trainer.onnx.OnnxWriter.integer;
import static org.bitloom.trainer.onnx.OnnxWriter.real;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.GroupNormLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.MultiplyLayer;
import org.bitloom.trainer.layer.Noise;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ScaleLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;

/**
 * Writes a float network as ONNX (opset 14, float32, NCHW) as it runs after training: effective
 * weights, running statistics, no dropout. Weights {@code [k][r][s][c]} become {@code
 * [k][c][r][s]}; the columns of a dense layer that reads a map are put into channel-first order.
 */
public final class OnnxExport {
  private static final int OPSET = 14;

  private final FloatNetwork network;
  private final EffectiveValues values;
  private final Map<String, String> names; // of layers to those of nodes
  private final OnnxWriter file = new OnnxWriter();
  private final List<Value> tensors = new ArrayList<>();

  /** A tensor in the file: a map, or a vector in some order. */
  private record Value(String name, boolean map, Order order) {}

  private OnnxExport(FloatNetwork network) {
    this.network = network;
    this.values = EffectiveValues.of(network);
    this.names = OnnxWriter.safe(network.nodes().stream().map(n -> n.layer().name()).toList());
  }

  /** Writes a file. */
  public static void write(Path file, FloatNetwork network) {
    SafeWrite.bytes(file, encode(network));
  }

  /** The bytes of the file. */
  public static byte[] encode(FloatNetwork network) {
    return new OnnxExport(network).run();
  }

  private byte[] run() {
    Shape s = network.input();
    file.input("input", s.channels(), s.height(), s.width());
    tensors.add(new Value("input", true, Order.SAME));
    for (FloatNetwork.Node n : network.nodes()) {
      tensors.add(node(n.layer(), n.inputs()));
    }
    Value last = tensors.getLast();
    Shape out = network.output();
    if (!last.map && last.order.of() != null) {
      throw new IllegalArgumentException(
          network.name() + " ends in a flattened map, end it with a dense layer");
    }
    if (last.map) {
      file.output(last.name, DataType.FLOAT, out.channels(), out.height(), out.width());
    } else {
      file.output(last.name, DataType.FLOAT, out.size());
    }
    return file.model(network.name(), OPSET).toByteArray();
  }

  private Value node(Layer layer, List<Integer> from) {
    Value x = tensors.get(from.getFirst());
    String name = names.get(layer.name());
    return switch (layer) {
      case Conv2dLayer c -> {
        Shape w = c.weight().shape();
        int taps = w.dim(1) * w.dim(2);
        float[] v = channelFirst(values.of(c.weight()), w.dim(0), taps, w.dim(3));
        String weight = file.floats(name + ".weight", v, w.dim(0), w.dim(3), w.dim(1), w.dim(2));
        String bias = file.floats(name + ".bias", values.of(c.bias()), w.dim(0));
        file.node(
            "Conv",
            name,
            in(map(x, c.input(), name), weight, bias),
            OnnxWriter.window(c.window(), c.groups()));
        yield new Value(name, true, Order.SAME);
      }
      case DenseLayer d -> dense(d, x);
      case ActivationLayer a -> same(activation(name, a.function(), x.name), x);
      case PoolLayer p -> {
        file.node(
            p.max() ? "MaxPool" : "AveragePool",
            name,
            in(map(x, p.input(), name)),
            OnnxWriter.pool(p.window()));
        yield new Value(name, true, Order.SAME);
      }
      case FlattenLayer f -> {
        file.node("Flatten", name, in(x.name), integer("axis", 1));
        yield new Value(name, false, x.map ? Order.channelFirst(f.input()) : x.order);
      }
      case AddLayer a -> two(a.subtract() ? "Sub" : "Add", name, from);
      case MultiplyLayer m -> two("Mul", name, from);
      case ConcatLayer c -> concat(c, from);
      case PadLayer p -> {
        String pads =
            file.longs(name + ".pads", 0, 0, p.top(), p.left(), 0, 0, p.bottom(), p.right());
        file.node("Pad", name, in(map(x, p.input(), name), pads));
        yield new Value(name, true, Order.SAME);
      }
      case ScaleLayer s -> {
        file.node("Mul", name + ".scaled", in(x.name, channels(name + ".factor", s.factor(), x)));
        file.node("Add", name, in(name + ".scaled", channels(name + ".offset", s.offset(), x)));
        yield new Value(name, x.map, x.order);
      }
      case BatchNormLayer b -> {
        file.node(
            "BatchNormalization",
            name,
            in(
                x.name,
                vector(name + ".gamma", values.of(b.gamma()), x),
                vector(name + ".beta", values.of(b.beta()), x),
                vector(name + ".mean", b.mean(), x),
                vector(name + ".variance", b.variance(), x)),
            real("epsilon", b.epsilon()));
        yield same(name, x);
      }
      case GroupNormLayer g -> groupNorm(g, x);
      case LocalResponseNormLayer l -> {
        file.node(
            "LRN",
            name,
            in(map(x, l.input(), name)),
            integer("size", l.size()),
            real("bias", l.k()),
            real("alpha", l.alpha() * l.size()), // ONNX divides alpha by the size
            real("beta", l.beta()));
        yield new Value(name, true, Order.SAME);
      }
      case DropoutLayer d when d.noise() instanceof Noise.Standout s ->
          same(activation(name, DropoutLayer.function(s), x.name), x);
      case DropoutLayer d -> x;
      case SoftmaxLayer s -> same(file.node("Softmax", name, in(x.name), integer("axis", 1)), x);
    };
  }

  private static Value same(String name, Value x) {
    return new Value(name, x.map, x.order);
  }

  /** A vector as a map of one pixel, where an operator needs one. */
  private String map(Value x, Shape shape, String reader) {
    if (x.map) {
      return x.name;
    }
    String dims = file.longs(reader + ".dims", 0, shape.channels(), shape.height(), shape.width());
    return file.node("Reshape", reader + ".map", in(x.name, dims));
  }

  private Value dense(DenseLayer d, Value x) {
    String name = names.get(d.name());
    String flat = x.name;
    Order order = x.order;
    if (x.map) {
      flat = file.node("Flatten", name + ".flat", in(x.name), integer("axis", 1));
      order = Order.channelFirst(d.input());
    }
    int k = d.bias().values().length;
    float[] w = order.toOnnx(values.of(d.weight()), k);
    String weight = file.floats(name + ".weight", w, k, d.input().size());
    String bias = file.floats(name + ".bias", values.of(d.bias()), k);
    file.node("Gemm", name, in(flat, weight, bias), integer("transB", 1));
    return new Value(name, false, Order.SAME);
  }

  private Value two(String op, String name, List<Integer> from) {
    Value a = tensors.get(from.get(0));
    Value b = tensors.get(from.get(1));
    if (a.map != b.map || !Arrays.equals(a.order.of(), b.order.of())) {
      throw new IllegalArgumentException(name + " joins a flattened map and another vector");
    }
    return same(file.node(op, name, in(a.name, b.name)), a);
  }

  private Value concat(ConcatLayer c, List<Integer> from) {
    List<Value> parts = from.stream().map(tensors::get).toList();
    boolean map = parts.stream().allMatch(Value::map);
    if (!map && parts.stream().anyMatch(Value::map)) {
      throw new IllegalArgumentException(c.name() + " joins a map and a vector");
    }
    Order order = Order.SAME;
    int n = 0;
    for (int j = 0; !map && j < parts.size(); j++) {
      int m = c.inputs().get(j).size();
      order = order.then(n, parts.get(j).order, m);
      n += m;
    }
    file.node(
        "Concat",
        names.get(c.name()),
        parts.stream().map(Value::name).toArray(String[]::new),
        integer("axis", 1));
    return new Value(names.get(c.name()), map, order);
  }

  private String vector(String name, float[] v, Value x) {
    return file.floats(name, x.map ? v : x.order.toOnnx(v, 1), v.length);
  }

  /** Constants for each channel of a map or element of a vector. */
  private String channels(String name, float[] v, Value x) {
    return x.map ? file.floats(name, v, v.length, 1, 1) : vector(name, v, x);
  }

  /** Groups as channels of an instance normalization, then factor and offset. */
  private Value groupNorm(GroupNormLayer g, Value x) {
    String name = names.get(g.name());
    Shape s = g.input();
    float[] ones = new float[g.groups()];
    Arrays.fill(ones, 1);
    String grouped =
        file.node(
            "Reshape",
            name + ".grouped",
            in(x.name, file.longs(name + ".groups", 0, g.groups(), -1)));
    String normal =
        file.node(
            "InstanceNormalization",
            name + ".normal",
            in(
                grouped,
                file.floats(name + ".one", ones, ones.length),
                file.floats(name + ".zero", new float[ones.length], ones.length)),
            real("epsilon", g.epsilon()));
    String dims =
        x.map
            ? file.longs(name + ".dims", 0, s.channels(), s.height(), s.width())
            : file.longs(name + ".dims", 0, s.size());
    String back = file.node("Reshape", name + ".back", in(normal, dims));
    file.node(
        "Mul", name + ".scaled", in(back, channels(name + ".gamma", values.of(g.gamma()), x)));
    file.node("Add", name, in(name + ".scaled", channels(name + ".beta", values.of(g.beta()), x)));
    return same(name, x);
  }

  private String activation(String name, Activation function, String x) {
    return switch (function) {
      case Activation.Relu f -> file.node("Relu", name, in(x));
      case Activation.Sigmoid f -> file.node("Sigmoid", name, in(x));
      case Activation.Tanh f -> file.node("Tanh", name, in(x));
      case Activation.Relu6 f ->
          file.node(
              "Clip",
              name,
              in(
                  x,
                  file.floats(name + ".min", new float[] {0}),
                  file.floats(name + ".max", new float[] {6})));
      case Activation.LeakyRelu f -> file.node("LeakyRelu", name, in(x), real("alpha", f.alpha()));
      case Activation.HardSigmoid f ->
          file.node("HardSigmoid", name, in(x), real("alpha", 1.0 / 6), real("beta", 0.5));
      case Activation.HardSwish f -> file.node("HardSwish", name, in(x));
      case Activation.Standout f -> {
        String alpha = file.floats(name + ".alpha", new float[] {(float) f.alpha()});
        String beta = file.floats(name + ".beta", new float[] {(float) f.beta()});
        file.node("Mul", name + ".scaled", in(x, alpha));
        file.node("Add", name + ".shifted", in(name + ".scaled", beta));
        file.node("Sigmoid", name + ".keep", in(name + ".shifted"));
        yield file.node("Mul", name, in(x, name + ".keep"));
      }
    };
  }
}
