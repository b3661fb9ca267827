package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.MultiplyLayer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ScaleLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;

/**
 * Reads float ONNX models, opset 11 to 21; {@code docs/onnx.md} lists the operators. NCHW becomes
 * NHWC here and nowhere else. What is not supported is listed all at once with node names.
 */
public final class OnnxImport {
  private static final String MAP = "NCHW";
  private static final String VECTOR = "NF";
  private static final String SEQUENCE = "NCW"; // of a one-dimensional convolution

  private final OnnxFile file;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, OnnxFile.Constant> constants = new HashMap<>();
  private final Set<String> poisoned = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private NetworkBuilder network;

  /**
   * A tensor of the file.
   *
   * @param tensor of the network
   * @param layout what its extents are, such as NCHW; rows are 1 in NCW
   * @param order of a vector's elements
   */
  private record Value(int tensor, String layout, Order order) {}

  private OnnxImport(OnnxFile file) {
    this.file = file;
  }

  /** Reads a file. */
  public static FloatNetwork read(Path file) {
    return guarded(OnnxFile.read(file));
  }

  /** The network in the bytes of a file; {@code where} names it in errors. */
  public static FloatNetwork decode(byte[] bytes, String where) {
    return guarded(OnnxFile.parse(bytes, where, null));
  }

  private static FloatNetwork guarded(OnnxFile file) {
    try {
      return new OnnxImport(file).run();
    } catch (IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException
        | NegativeArraySizeException e) {
      throw new BadInputException(
          file.where(),
          "is damaged (" + OnnxFile.printable(String.valueOf(e.getMessage())) + ")",
          "export it again",
          e);
    }
  }

  private FloatNetwork run() {
    var input = file.input();
    TensorShapeProto s = input.getType().getTensorType().getShape();
    boolean last = transposedFirst(input.getName());
    network = new NetworkBuilder(OnnxShapes.input(file, s, last));
    values.put(
        input.getName(),
        new Value(
            0,
            switch (s.getDimCount()) {
              case 4 -> last ? "NHWC" : MAP;
              case 3 -> SEQUENCE;
              default -> VECTOR;
            },
            Order.SAME));
    for (TensorProto t : file.graph().getInitializerList()) {
      constants.put(t.getName(), file.constant(t));
    }
    for (NodeProto n : file.graph().getNodeList()) {
      visit(n);
    }
    if (!faults.isEmpty()) {
      throw file.fault(
          "has what is not supported: " + String.join("; ", faults),
          "rewrite these nodes, see docs/onnx.md");
    }
    Value out = values.get(file.graph().getOutput(0).getName());
    if (out == null || out.tensor != network.last() || network.last() == 0) {
      throw file.fault(
          "has an output that is not what its last layer gives", "export it with one output");
    }
    if (out.order.of() != null) {
      throw file.fault("ends in a flattened map", "end it with a dense layer");
    }
    String name = file.graph().getName();
    return network.build(name.isEmpty() ? "network" : OnnxFile.printable(name));
  }

  private boolean transposedFirst(String input) {
    return file.graph().getNodeList().stream()
        .anyMatch(
            n ->
                n.getOpType().equals("Transpose")
                    && n.getInputCount() > 0
                    && n.getInput(0).equals(input)
                    && Arrays.equals(OnnxFile.integers(n, "perm"), new int[] {0, 3, 1, 2}));
  }

  private void visit(NodeProto n) {
    if (n.getInputList().stream().anyMatch(poisoned::contains)) {
      poisoned.addAll(n.getOutputList());
      return;
    }
    try {
      if (n.getOutputCount() < 1) {
        throw new IllegalArgumentException("has no output");
      }
      if (constantNode(n)) {
        return;
      }
      Value v = node(n);
      Shape s = network.shape(v.tensor);
      if ((long) s.height() * s.width() * s.channels() > 1 << 28) {
        throw new IllegalArgumentException("gives the absurd shape " + s);
      }
      values.put(n.getOutput(0), v);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      faults.add(OnnxFile.label(n) + " " + OnnxFile.printable(String.valueOf(e.getMessage())));
      poisoned.addAll(n.getOutputList());
    }
  }

  // ---- constants ----

  private boolean constantNode(NodeProto n) {
    String op = n.getOpType();
    OnnxFile.Constant c = null;
    if (op.equals("Constant")) {
      c = OnnxConstants.constant(file, n);
    } else if (op.equals("Shape") && values.containsKey(n.getInput(0))) {
      c = OnnxConstants.vector(extents(values.get(n.getInput(0))));
    } else if (n.getInputCount() > 0
        && n.getInputList().stream().allMatch(i -> i.isEmpty() || constants.containsKey(i))) {
      c = OnnxConstants.fold(n, n.getInputList().stream().map(constants::get).toList());
    }
    if (c != null) {
      constants.put(n.getOutput(0), c);
    }
    return c != null;
  }

  /** ONNX's extents of a tensor, -1 for the batch. */
  private long[] extents(Value v) {
    Shape s = network.shape(v.tensor);
    return v.layout
        .chars()
        .mapToLong(
            c ->
                switch (c) {
                  case 'N' -> -1;
                  case 'C' -> s.channels();
                  case 'H' -> s.height();
                  case 'W' -> s.width();
                  default -> s.size();
                })
        .toArray();
  }

  private Value value(NodeProto n, int input) {
    Value v = n.getInputCount() > input ? values.get(n.getInput(input)) : null;
    if (v == null) {
      throw new IllegalArgumentException(
          "reads "
              + (n.getInputCount() > input ? OnnxFile.printable(n.getInput(input)) : "nothing")
              + ", which is no layer's output before it");
    }
    return v;
  }

  private OnnxFile.Constant constant(NodeProto n, int input) {
    OnnxFile.Constant c = n.getInputCount() > input ? constants.get(n.getInput(input)) : null;
    if (c == null) {
      throw new IllegalArgumentException("has no constant input " + input);
    }
    return c;
  }

  private boolean isConstant(NodeProto n, int input) {
    return n.getInputCount() > input && constants.containsKey(n.getInput(input));
  }

  private String name(NodeProto n) {
    String base = n.getName().isEmpty() ? n.getOutput(0) : n.getName();
    String name = base;
    for (int i = 2; !names.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }

  // ---- layers ----

  private Value node(NodeProto n) {
    return switch (n.getOpType()) {
      case "Conv" -> conv(n);
      case "Gemm" -> gemm(n);
      case "MatMul" -> matMul(n);
      case "BatchNormalization" -> batchNorm(n);
      case "Relu" -> function(n, new Activation.Relu());
      case "Sigmoid" -> function(n, new Activation.Sigmoid());
      case "Tanh" -> function(n, new Activation.Tanh());
      case "LeakyRelu" -> function(n, new Activation.LeakyRelu(OnnxFile.real(n, "alpha", 0.01f)));
      case "HardSwish" -> function(n, new Activation.HardSwish());
      case "HardSigmoid" -> hardSigmoid(n);
      case "Clip" -> clip(n);
      case "MaxPool" -> pool(n, true);
      case "AveragePool" -> pool(n, false);
      case "GlobalAveragePool" -> global(n, false);
      case "GlobalMaxPool" -> global(n, true);
      case "ReduceMean" -> reduceMean(n);
      case "Add" -> add(n, false);
      case "Sub" -> add(n, true);
      case "Mul" -> multiply(n);
      case "Div" -> divide(n);
      case "Concat" -> concat(n);
      case "Flatten" -> flatten(n);
      case "Reshape" -> reshape(n);
      case "Squeeze", "Unsqueeze" -> squeeze(n);
      case "Transpose" -> transpose(n);
      case "Pad" -> pad(n);
      case "Softmax" -> softmax(n);
      case "LRN" -> lrn(n);
      case "Identity", "Dropout", "Cast" -> value(n, 0);
      default -> throw new IllegalArgumentException("is not supported");
    };
  }

  private Value add(Layer layer, Value like, Integer... from) {
    return new Value(network.add(layer, from), like.layout, like.order);
  }

  private Value map(NodeProto n, int input) {
    Value v = value(n, input);
    if (!v.layout.equals(MAP) && !v.layout.equals(SEQUENCE)) {
      throw new IllegalArgumentException("needs a map as N, C, H, W, found " + v.layout);
    }
    return v;
  }

  private Value function(NodeProto n, Activation f) {
    Value x = value(n, 0);
    return add(new ActivationLayer(name(n), network.shape(x.tensor), f), x, x.tensor);
  }

  private Value hardSigmoid(NodeProto n) {
    float alpha = OnnxFile.real(n, "alpha", 0.2f);
    float beta = OnnxFile.real(n, "beta", 0.5f);
    if (Math.abs(alpha - 1f / 6) > 1e-6 || beta != 0.5f) {
      throw new IllegalArgumentException("has slope " + alpha + ", only 1/6 and 0.5 are supported");
    }
    return function(n, new Activation.HardSigmoid());
  }

  private Value clip(NodeProto n) {
    double lo = OnnxFile.real(n, "min", Float.NEGATIVE_INFINITY);
    double hi = OnnxFile.real(n, "max", Float.POSITIVE_INFINITY);
    lo = n.getInputCount() > 1 && !n.getInput(1).isEmpty() ? constant(n, 1).values()[0] : lo;
    hi = n.getInputCount() > 2 && !n.getInput(2).isEmpty() ? constant(n, 2).values()[0] : hi;
    if (lo != 0 || hi != 6 && hi < Float.MAX_VALUE) {
      throw new IllegalArgumentException(
          "clips to [" + lo + ", " + hi + "], only ReLU and ReLU6 are supported");
    }
    return function(n, hi == 6 ? new Activation.Relu6() : new Activation.Relu());
  }

  private Value conv(NodeProto n) {
    Value x = map(n, 0);
    Shape in = network.shape(x.tensor);
    OnnxFile.Constant w = constant(n, 1);
    boolean one = x.layout.equals(SEQUENCE);
    if (w.dims().length != (one ? 3 : 4)) {
      throw new IllegalArgumentException("has weights of " + w.dims().length + " extents");
    }
    int k = w.dim(0);
    int c = w.dim(1);
    int groups = OnnxFile.integer(n, "group", 1);
    int[] kernel = one ? new int[] {w.dim(2)} : new int[] {w.dim(2), w.dim(3)};
    Window window = Windows.of(n, in, kernel, one);
    if (groups < 1 || (long) c * groups != in.channels() || k % groups != 0) {
      throw new IllegalArgumentException(
          "has weights of " + Arrays.toString(w.dims()) + " in " + groups + " groups for " + in);
    }
    String name = name(n);
    float[] v = OnnxWriter.channelFirst(w.floats(), k, c, window.taps()); // the inverse permutation
    Parameter weight =
        new Parameter(name + ".weight", Shape.of(k, window.height(), window.width(), c), v);
    return add(
        new Conv2dLayer(name, in, window, groups, weight, bias(n, name, k, Order.SAME)),
        x,
        x.tensor);
  }

  private Parameter bias(NodeProto n, String name, int k, Order order) {
    boolean given = n.getInputCount() > 2 && !n.getInput(2).isEmpty();
    float[] b = given ? constant(n, 2).floats() : new float[k];
    return new Parameter(name + ".bias", Shape.of(k), b);
  }

  private Value gemm(NodeProto n) {
    if (OnnxFile.integer(n, "transA", 0) != 0
        || OnnxFile.real(n, "alpha", 1) != 1
        || OnnxFile.real(n, "beta", 1) != 1) {
      throw new IllegalArgumentException("has transA, alpha or beta, which are not supported");
    }
    Value x = vector(n);
    OnnxFile.Constant w = constant(n, 1);
    boolean transposed = OnnxFile.integer(n, "transB", 0) == 1;
    return dense(n, x, w, transposed, true);
  }

  private Value matMul(NodeProto n) {
    return dense(n, vector(n), constant(n, 1), false, false);
  }

  private Value vector(NodeProto n) {
    Value x = value(n, 0);
    if (!x.layout.equals(VECTOR)) {
      throw new IllegalArgumentException("needs a vector, found " + x.layout);
    }
    return x;
  }

  private Value dense(NodeProto n, Value x, OnnxFile.Constant w, boolean transposed, boolean bias) {
    Shape in = network.shape(x.tensor);
    if (w.dims().length != 2 || w.dim(transposed ? 1 : 0) != in.size()) {
      throw new IllegalArgumentException(
          "has weights of " + Arrays.toString(w.dims()) + " for " + in.size() + " inputs");
    }
    int k = w.dim(transposed ? 0 : 1);
    float[] v = w.floats();
    if (!transposed) {
      v = OnnxWriter.channelFirst(v, 1, in.size(), k);
    }
    String name = name(n);
    Parameter weight =
        new Parameter(name + ".weight", Shape.of(k, in.size()), x.order.fromOnnx(v, k));
    Parameter b =
        bias ? bias(n, name, k, Order.SAME) : Parameter.zeros(name + ".bias", Shape.of(k));
    return new Value(
        network.add(new DenseLayer(name, in, weight, b), x.tensor), VECTOR, Order.SAME);
  }

  private float[] channels(NodeProto n, int input, Value x) {
    float[] v = constant(n, input).floats();
    return x.order.fromOnnx(v, 1);
  }

  private Value batchNorm(NodeProto n) {
    Value x = value(n, 0);
    Shape in = network.shape(x.tensor);
    if (!x.layout.equals(VECTOR)) {
      map(n, 0);
    }
    String name = name(n);
    Shape s = Shape.of(in.channels());
    double momentum = 1 - OnnxFile.real(n, "momentum", 0.9f);
    return add(
        new BatchNormLayer(
            name,
            in,
            Math.clamp(momentum, 0, 1),
            OnnxFile.real(n, "epsilon", 1e-5f),
            new Parameter(name + ".gamma", s, channels(n, 1, x)),
            new Parameter(name + ".beta", s, channels(n, 2, x)),
            channels(n, 3, x),
            channels(n, 4, x)),
        x,
        x.tensor);
  }

  private Value pool(NodeProto n, boolean max) {
    Value x = map(n, 0);
    Shape in = network.shape(x.tensor);
    Window w = Windows.of(n, in, null, x.layout.equals(SEQUENCE));
    if (w.dilationX() != 1 || w.dilationY() != 1) {
      throw new IllegalArgumentException("is dilated");
    }
    String name = name(n);
    boolean padded =
        w.padTop() + w.padBottom() + w.padLeft() + w.padRight() > 0
            && !max
            && OnnxFile.integer(n, "count_include_pad", 0) == 1;
    if (!padded) {
      return add(new PoolLayer(name, in, w, max), x, x.tensor);
    }
    Layer zeros =
        new PadLayer(name + ".pad", in, w.padTop(), w.padLeft(), w.padBottom(), w.padRight());
    int t = network.add(zeros, x.tensor);
    Window valid = Window.valid(w.height(), w.width(), w.strideY(), w.strideX());
    return add(new PoolLayer(name, zeros.output(), valid, false), x, t);
  }

  private Value global(NodeProto n, boolean max) {
    Value x = map(n, 0);
    return whole(n, x, max);
  }

  private Value whole(NodeProto n, Value x, boolean max) {
    Shape in = network.shape(x.tensor);
    Window w = Window.valid(in.height(), in.width(), 1, 1);
    return add(new PoolLayer(name(n), in, w, max), x, x.tensor);
  }

  private Value reduceMean(NodeProto n) {
    Value x = value(n, 0);
    int[] axes =
        isConstant(n, 1) ? constant(n, 1).integers() : OnnxFile.integers(n, "axes", new int[0]);
    StringBuilder over = new StringBuilder();
    Arrays.stream(axes)
        .map(a -> a < 0 ? a + x.layout.length() : a)
        .sorted()
        .forEach(a -> over.append(x.layout.charAt(a)));
    if (!over.toString().equals("HW")
        && !(x.layout.equals(SEQUENCE) && over.toString().equals("W"))) {
      throw new IllegalArgumentException("averages over " + over + ", only H and W are supported");
    }
    Value mean = whole(n, x, false);
    return OnnxFile.integer(n, "keepdims", 1) == 1
        ? mean
        : new Value(mean.tensor, VECTOR, Order.SAME);
  }

  private Value add(NodeProto n, boolean subtract) {
    if (isConstant(n, 1) || isConstant(n, 0) && !subtract) {
      int c = isConstant(n, 1) ? 1 : 0;
      Value x = value(n, 1 - c);
      float[] offset = spread(constant(n, c), x, subtract ? -1 : 1);
      if (x.tensor == network.last()
          && x.tensor > 0
          && network.layer(x.tensor) instanceof ScaleLayer s
          && readers(n.getInput(1 - c)) == 1) { // a factor and an offset are one layer
        for (int i = 0; i < offset.length; i++) {
          offset[i] += s.offset()[i];
        }
        network.replaceLast(new ScaleLayer(name(n), s.input(), s.factor(), offset));
        return x;
      }
      return scale(n, x, filled(offset.length, 1), offset);
    }
    Value[] two = two(n);
    return add(
        new AddLayer(name(n), network.shape(two[0].tensor), subtract),
        two[0],
        two[0].tensor,
        two[1].tensor);
  }

  private Value[] two(NodeProto n) {
    Value a = value(n, 0);
    Value b = value(n, 1);
    if (!a.layout.equals(b.layout)
        || !network.shape(a.tensor).equals(network.shape(b.tensor))
        || !Arrays.equals(a.order.of(), b.order.of())) {
      throw new IllegalArgumentException(
          "joins " + network.shape(a.tensor) + " and " + network.shape(b.tensor));
    }
    return new Value[] {a, b};
  }

  private Value multiply(NodeProto n) {
    if (isConstant(n, 0) || isConstant(n, 1)) {
      int c = isConstant(n, 1) ? 1 : 0;
      Value x = value(n, 1 - c);
      float[] factor = spread(constant(n, c), x, 1);
      return scale(n, x, factor, new float[factor.length]);
    }
    Value[] two = two(n);
    Shape s = network.shape(two[0].tensor);
    for (int i = 0; i < 2; i++) { // x hardsigmoid(x), as exporters write hard swish
      String gate = n.getInput(i);
      int t = two[i].tensor;
      if (t == network.last()
          && t > 0
          && network.layer(t) instanceof ActivationLayer a
          && a.function() instanceof Activation.HardSigmoid
          && network.source(t) == two[1 - i].tensor
          && readers(gate) == 1) {
        network.replaceLast(new ActivationLayer(name(n), s, new Activation.HardSwish()));
        return new Value(t, two[i].layout, two[i].order);
      }
    }
    return add(new MultiplyLayer(name(n), s), two[0], two[0].tensor, two[1].tensor);
  }

  private long readers(String output) {
    return file.graph().getNodeList().stream()
        .filter(m -> m.getInputList().contains(output))
        .count();
  }

  private Value divide(NodeProto n) {
    Value x = value(n, 0);
    float[] factor = spread(constant(n, 1), x, 1);
    for (int i = 0; i < factor.length; i++) {
      factor[i] = 1 / factor[i];
    }
    return scale(n, x, factor, new float[factor.length]);
  }

  private Value scale(NodeProto n, Value x, float[] factor, float[] offset) {
    return add(new ScaleLayer(name(n), network.shape(x.tensor), factor, offset), x, x.tensor);
  }

  private static float[] filled(int n, float v) {
    float[] f = new float[n];
    Arrays.fill(f, v);
    return f;
  }

  /** A constant as one number for each channel, if it is that. */
  private float[] spread(OnnxFile.Constant c, Value x, float sign) {
    int channels = network.shape(x.tensor).channels();
    float[] v = c.floats();
    int rank = x.layout.length();
    int axis = x.layout.contains("F") ? 1 : x.layout.indexOf('C');
    boolean scalar = v.length == 1;
    boolean perChannel = v.length == channels;
    for (int i = 0; perChannel && i < c.dims().length; i++) {
      int at = i + rank - c.dims().length;
      perChannel = c.dims()[i] == (at == axis ? channels : 1);
    }
    if (!scalar && !perChannel) {
      throw new IllegalArgumentException(
          "has a constant of " + Arrays.toString(c.dims()) + ", not a number for each channel");
    }
    float[] out = scalar ? filled(channels, v[0]) : x.order.fromOnnx(v, 1);
    for (int i = 0; i < channels; i++) {
      out[i] *= sign;
    }
    return out;
  }

  private Value concat(NodeProto n) {
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < n.getInputCount(); i++) {
      parts.add(value(n, i));
    }
    Value first = parts.getFirst();
    int axis = OnnxFile.integer(n, "axis", 1);
    axis = axis < 0 ? axis + first.layout.length() : axis;
    char what = first.layout.charAt(axis);
    if (what != 'C' && what != 'F'
        || parts.stream().anyMatch(p -> !p.layout.equals(first.layout))) {
      throw new IllegalArgumentException("joins along " + what + ", only channels are supported");
    }
    Order order = Order.SAME;
    int size = 0;
    for (Value p : what == 'F' ? parts : List.<Value>of()) {
      int m = network.shape(p.tensor).size();
      order = order.then(size, p.order, m);
      size += m;
    }
    Layer l = new ConcatLayer(name(n), parts.stream().map(p -> network.shape(p.tensor)).toList());
    return new Value(
        network.add(l, parts.stream().map(p -> p.tensor).toArray(Integer[]::new)),
        first.layout,
        order);
  }

  private Value flatten(NodeProto n) {
    Value x = value(n, 0);
    int axis = OnnxFile.integer(n, "axis", 1);
    if (axis != 1 && axis != 1 - x.layout.length()) {
      throw new IllegalArgumentException("flattens from axis " + axis + ", only 1 is supported");
    }
    return flat(n, x);
  }

  private Value flat(NodeProto n, Value x) {
    if (x.layout.equals(VECTOR)) {
      return x;
    }
    Shape s = network.shape(x.tensor);
    boolean last = x.layout.equals("NHWC") || x.layout.equals("NWC");
    if (!last && !x.layout.equals(MAP) && !x.layout.equals(SEQUENCE)) {
      throw new IllegalArgumentException("flattens a map as " + x.layout);
    }
    Order order = last ? Order.SAME : Order.channelFirst(s);
    if (s.height() * s.width() == 1) {
      return new Value(x.tensor, VECTOR, order);
    }
    return new Value(network.add(new FlattenLayer(name(n), s), x.tensor), VECTOR, order);
  }

  private Value reshape(NodeProto n) {
    Value x = value(n, 0);
    long[] before = extents(x);
    int[] to = constant(n, 1).integers();
    for (int i = 0; i < to.length; i++) {
      to[i] = to[i] == 0 && i < before.length ? (int) before[i] : to[i];
    }
    if (to.length > 0 && (to[0] == 1 || to[0] == -1)) {
      to[0] = -1;
    }
    Shape s = network.shape(x.tensor);
    boolean sized = to.length == 2 && (to[1] == -1 || to[1] == s.size());
    if (sized) {
      return flat(n, x);
    }
    long[] after = Arrays.stream(to).asLongStream().toArray();
    if (Arrays.equals(after, before)) {
      return x;
    }
    if (after.length == 4
        && s.height() * s.width() == 1
        && after[1] == s.channels()
        && after[2] * after[3] == 1
        && x.order.of() == null) {
      return new Value(x.tensor, MAP, Order.SAME);
    }
    throw new IllegalArgumentException(
        "reshapes " + Arrays.toString(before) + " to " + Arrays.toString(to));
  }

  private Value squeeze(NodeProto n) {
    Value x = value(n, 0);
    boolean out = n.getOpType().equals("Squeeze");
    int rank = x.layout.length();
    int[] axes =
        isConstant(n, 1) ? constant(n, 1).integers() : OnnxFile.integers(n, "axes", new int[0]);
    int[] a =
        Arrays.stream(axes)
            .map(i -> i < 0 ? i + (out ? rank : rank + axes.length) : i)
            .sorted()
            .toArray();
    Shape s = network.shape(x.tensor);
    if (out
            && x.layout.equals(MAP)
            && Arrays.equals(a, new int[] {2, 3})
            && s.height() * s.width() == 1
        || out && x.layout.equals(SEQUENCE) && Arrays.equals(a, new int[] {2}) && s.width() == 1) {
      return new Value(x.tensor, VECTOR, Order.SAME);
    }
    if (out && x.layout.equals(MAP) && Arrays.equals(a, new int[] {2}) && s.height() == 1) {
      return new Value(x.tensor, SEQUENCE, Order.SAME);
    }
    if (!out && x.layout.equals(SEQUENCE) && Arrays.equals(a, new int[] {2})) {
      return new Value(x.tensor, MAP, Order.SAME);
    }
    if (!out
        && x.layout.equals(VECTOR)
        && x.order.of() == null
        && Arrays.equals(a, new int[] {2, 3})) {
      return new Value(x.tensor, MAP, Order.SAME);
    }
    throw new IllegalArgumentException(
        "changes axes " + Arrays.toString(axes) + " of " + Arrays.toString(extents(x)));
  }

  private Value transpose(NodeProto n) {
    Value x = value(n, 0);
    int[] perm = OnnxFile.integers(n, "perm");
    if (perm.length != x.layout.length() || perm[0] != 0) {
      throw new IllegalArgumentException("permutes the batch");
    }
    StringBuilder layout = new StringBuilder();
    for (int p : perm) {
      layout.append(x.layout.charAt(p));
    }
    return new Value(x.tensor, layout.toString(), x.order);
  }

  private Value pad(NodeProto n) {
    Value x = map(n, 0);
    String mode = OnnxFile.text(n, "mode", "constant");
    int[] p = isConstant(n, 1) ? constant(n, 1).integers() : OnnxFile.integers(n, "pads");
    double v = isConstant(n, 2) ? constant(n, 2).values()[0] : OnnxFile.real(n, "value", 0);
    int rank = x.layout.length();
    if (!mode.equals("constant") || v != 0 || p.length != 2 * rank) {
      throw new IllegalArgumentException("pads with something other than zeros");
    }
    if (p[0] != 0 || p[1] != 0 || p[rank] != 0 || p[rank + 1] != 0) {
      throw new IllegalArgumentException("pads channels or samples");
    }
    boolean one = rank == 3;
    if (Arrays.stream(p).anyMatch(i -> i < 0 || i > 1 << 12)) {
      throw new IllegalArgumentException("pads by " + Arrays.toString(p));
    }
    Layer l =
        new PadLayer(
            name(n),
            network.shape(x.tensor),
            one ? 0 : p[2],
            p[rank - 1],
            one ? 0 : p[rank + 2],
            p[2 * rank - 1]);
    return add(l, x, x.tensor);
  }

  private Value softmax(NodeProto n) {
    Value x = value(n, 0);
    int rank = x.layout.length();
    int axis = OnnxFile.integer(n, "axis", file.opset() < 13 ? 1 : -1);
    axis = axis < 0 ? axis + rank : axis;
    Shape s = network.shape(x.tensor);
    boolean channels = x.layout.charAt(axis) == 'C' || x.layout.charAt(axis) == 'F';
    if (!channels || file.opset() < 13 && s.height() * s.width() > 1) {
      throw new IllegalArgumentException("runs over axis " + axis + ", not over channels");
    }
    return add(new SoftmaxLayer(name(n), s), x, x.tensor);
  }

  private Value lrn(NodeProto n) {
    Value x = map(n, 0);
    int size = OnnxFile.integer(n, "size", 0);
    return add(
        new LocalResponseNormLayer(
            name(n),
            network.shape(x.tensor),
            size,
            OnnxFile.real(n, "bias", 1),
            OnnxFile.real(n, "alpha", 1e-4f) / Math.max(size, 1),
            OnnxFile.real(n, "beta", 0.75f)),
        x,
        x.tensor);
  }
}
