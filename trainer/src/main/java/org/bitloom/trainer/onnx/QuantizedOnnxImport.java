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
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Reads quantized ONNX models: QDQ (operators between DequantizeLinear and QuantizeLinear) and
 * QOperator (QLinearConv, QLinearMatMul and the contributed forms that ONNX Runtime's quantizer
 * writes). Models whose scales are all powers of two with zero point 0 become dynamic fixed point,
 * rounding halves to even as ONNX does, others affine int8; uint8 codes are moved by 128.
 */
public final class QuantizedOnnxImport {
  private static final String MAP = "NCHW";
  private static final String VECTOR = "NF";

  private final OnnxFile file;
  private final Map<String, OnnxFile.Constant> constants = new HashMap<>();
  private final Map<String, QuantizedEmitter.Weights> weights = new HashMap<>();
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Pending> pending = new HashMap<>();
  private final Set<String> poisoned = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private QuantizedEmitter emitter;

  /** A tensor, as codes or as the reals they stand for, and how the file lays it out. */
  private record Value(int tensor, String layout, Order order) {}

  /** An operator whose result is not quantized yet; {@code lo} and {@code hi} clamp it. */
  private record Pending(
      NodeProto node, List<Value> inputs, OnnxFile.Constant bias, double lo, double hi) {}

  private QuantizedOnnxImport(OnnxFile file) {
    this.file = file;
  }

  /** Whether a file holds a quantized model. */
  public static boolean quantized(Path model) {
    return OnnxFile.read(model).graph().getNodeList().stream()
        .anyMatch(
            n ->
                n.getOpType().startsWith("QLinear")
                    || n.getOpType().equals("QGemm")
                    || n.getOpType().equals("QuantizeLinear"));
  }

  /** Reads a file, requantizing by a policy. */
  public static QuantizedNetwork read(Path file, RoundingPolicy policy) {
    return guarded(OnnxFile.read(file), policy);
  }

  /** The network in the bytes of a file; {@code where} names it in errors. */
  public static QuantizedNetwork decode(byte[] bytes, String where, RoundingPolicy policy) {
    return guarded(OnnxFile.parse(bytes, where, null), policy);
  }

  private static QuantizedNetwork guarded(OnnxFile file, RoundingPolicy policy) {
    try {
      return new QuantizedOnnxImport(file).run(policy);
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

  private QuantizedNetwork run(RoundingPolicy policy) {
    for (TensorProto t : file.graph().getInitializerList()) {
      constants.put(t.getName(), file.constant(t));
    }
    emitter = new QuantizedEmitter(policy, fixedPoint());
    var input = file.input();
    TensorShapeProto s = input.getType().getTensorType().getShape();
    Shape shape = OnnxShapes.input(file, s);
    boolean vector = s.getDimCount() == 2;
    NodeProto first = reader(input.getName());
    boolean codes =
        first.getOpType().startsWith("Q") && !first.getOpType().equals("QuantizeLinear");
    ActivationFormat f =
        codes
                || first.getOpType().equals("QuantizeLinear")
                || first.getOpType().equals("DequantizeLinear")
            ? format(first, 1)
            : format(quantizer(first), 1);
    emitter.input(shape, f);
    values.put(input.getName(), new Value(0, vector ? VECTOR : MAP, Order.SAME));
    for (NodeProto n : file.graph().getNodeList()) {
      visit(n);
    }
    if (!faults.isEmpty()) {
      throw file.fault(
          "has what is not supported: " + String.join("; ", faults),
          "rewrite these nodes, see docs/onnx.md");
    }
    return finish();
  }

  private QuantizedNetwork finish() {
    String name = file.graph().getOutput(0).getName();
    Value out = values.get(name);
    if (out == null && pending.containsKey(name)) {
      Pending p = pending.get(name);
      if (!p.node.getOpType().equals("Softmax")) {
        throw file.fault(
            "ends in " + OnnxFile.label(p.node) + ", which is not quantized",
            "quantize its output as well");
      }
      out = emit(p, QuantizedEmitter.SOFTMAX);
    }
    if (out == null || out.order.of() != null) {
      throw file.fault("has no quantized output", "quantize its last layer as well");
    }
    String graph = file.graph().getName();
    return emitter.build(graph.isEmpty() ? "network" : OnnxFile.printable(graph), out.tensor);
  }

  private NodeProto reader(String tensor) {
    return file.graph().getNodeList().stream()
        .filter(n -> n.getInputList().contains(tensor))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nothing reads the input"));
  }

  /** The quantizer behind a clip of the input. */
  private NodeProto quantizer(NodeProto n) {
    NodeProto q = reader(n.getOutput(0));
    if (!q.getOpType().equals("QuantizeLinear")) {
      throw new IllegalArgumentException("its input is not quantized first");
    }
    return q;
  }

  /** Whether every activation scale is a power of two and every zero point 0. */
  private boolean fixedPoint() {
    boolean any = false;
    for (NodeProto n : file.graph().getNodeList()) {
      if (n.getOpType().equals("QuantizeLinear") && constants.containsKey(n.getInput(1))) {
        float s = constants.get(n.getInput(1)).floats()[0];
        double z = n.getInputCount() > 2 ? constants.get(n.getInput(2)).values()[0] : 0;
        if (Math.scalb(1f, Math.getExponent(s)) != s || z != 0 || unsigned(n, 2)) {
          return false;
        }
        any = true;
      } else if (n.getOpType().startsWith("QLinear") || n.getOpType().equals("QGemm")) {
        return false;
      }
    }
    return any;
  }

  private boolean unsigned(NodeProto n, int zero) {
    TensorProto t = n.getInputCount() > zero ? file.initializers().get(n.getInput(zero)) : null;
    return t == null || t.getDataType() == TensorProto.DataType.UINT8.getNumber();
  }

  /** The format of scale input {@code i} and zero point {@code i + 1}. */
  private ActivationFormat format(NodeProto n, int i) {
    double zero =
        n.getInputCount() > i + 1 && !n.getInput(i + 1).isEmpty()
            ? constant(n, i + 1).values()[0]
            : 0;
    TensorProto t = n.getInputCount() > i + 1 ? file.initializers().get(n.getInput(i + 1)) : null;
    boolean wide = t != null && t.getDataType() == TensorProto.DataType.INT16.getNumber();
    return emitter.format(
        constant(n, i).floats()[0], (int) zero - (unsigned(n, i + 1) ? 128 : 0), wide ? 16 : 8);
  }

  private OnnxFile.Constant constant(NodeProto n, int i) {
    OnnxFile.Constant c = n.getInputCount() > i ? constants.get(n.getInput(i)) : null;
    if (c == null) {
      throw new IllegalArgumentException("has no constant input " + i);
    }
    return c;
  }

  private Value value(NodeProto n, int i) {
    Value v = n.getInputCount() > i ? values.get(n.getInput(i)) : null;
    if (v == null) {
      throw new IllegalArgumentException(
          "reads what is not quantized: "
              + OnnxFile.printable(n.getInputCount() > i ? n.getInput(i) : "nothing"));
    }
    return v;
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
      node(n);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      faults.add(OnnxFile.label(n) + " " + OnnxFile.printable(String.valueOf(e.getMessage())));
      poisoned.addAll(n.getOutputList());
    }
  }

  private void node(NodeProto n) {
    String out = n.getOutput(0);
    switch (n.getOpType()) {
      case "Constant" -> constants.put(out, OnnxConstants.constant(file, n));
      case "QuantizeLinear" -> quantize(n);
      case "DequantizeLinear" -> dequantize(n);
      case "Conv",
          "Gemm",
          "MatMul",
          "AveragePool",
          "GlobalAveragePool",
          "ReduceMean",
          "Mul",
          "Concat",
          "Sigmoid",
          "Tanh",
          "LeakyRelu",
          "HardSigmoid",
          "HardSwish",
          "Softmax",
          "Sub" ->
          wait(n, null);
      case "Add" -> add(n);
      case "Relu" -> clamp(n, 0, Double.POSITIVE_INFINITY);
      case "Clip" -> clip(n);
      case "Min" -> clamp(n, Double.NEGATIVE_INFINITY, constant(n, 1).values()[0]);
      case "MaxPool" -> {
        Value x = value(n, 0);
        Shape s = emitter.shape(x.tensor);
        values.put(
            out,
            new Value(
                emitter.maxPool(name(n), x.tensor, Windows.of(n, s, null, false)),
                x.layout,
                x.order));
      }
      case "Pad" -> pad(n);
      case "Flatten", "Reshape" -> values.put(out, flat(value(n, 0)));
      case "Transpose" -> transpose(n);
      case "Identity", "Dropout", "Squeeze" -> alias(n);
      case "QLinearConv" -> qLinear(n, "Conv", List.of(0), 3, 6, 8);
      case "QLinearMatMul" -> qLinear(n, "MatMul", List.of(0), 3, 6, -1);
      case "QGemm" -> qLinear(n, "Gemm", List.of(0), 3, 7, 6);
      case "QLinearAdd" -> qLinear(n, "Add", List.of(0, 3), -1, 6, -1);
      case "QLinearMul" -> qLinear(n, "Mul", List.of(0, 3), -1, 6, -1);
      case "QLinearSigmoid" -> qLinear(n, "Sigmoid", List.of(0), -1, 3, -1);
      case "QLinearLeakyRelu" -> qLinear(n, "LeakyRelu", List.of(0), -1, 3, -1);
      case "QLinearAveragePool" -> qLinear(n, "AveragePool", List.of(0), -1, 3, -1);
      case "QLinearGlobalAveragePool" -> qLinear(n, "GlobalAveragePool", List.of(0), -1, 3, -1);
      case "QLinearSoftmax" -> qLinear(n, "Softmax", List.of(0), -1, 3, -1);
      case "QLinearConcat" -> qLinearConcat(n);
      default -> throw new IllegalArgumentException("is not supported");
    }
  }

  private void alias(NodeProto n) {
    if (pending.containsKey(n.getInput(0))) {
      pending.put(n.getOutput(0), pending.get(n.getInput(0)));
    } else {
      Value x = value(n, 0);
      values.put(n.getOutput(0), n.getOpType().equals("Squeeze") ? flat(x) : x);
    }
  }

  private static String name(NodeProto n) {
    return n.getName().isEmpty() ? n.getOutput(0) : n.getName();
  }

  // ---- QDQ ----

  private void quantize(NodeProto n) {
    ActivationFormat f = format(n, 1);
    String in = n.getInput(0);
    if (pending.containsKey(in)) {
      values.put(n.getOutput(0), emit(pending.get(in), f));
      return;
    }
    if (constants.containsKey(in)) {
      throw new IllegalArgumentException("quantizes a constant, fold it before exporting");
    }
    Value x = value(n, 0);
    boolean same = emitter.format(x.tensor).equals(f);
    values.put(
        n.getOutput(0),
        same ? x : new Value(emitter.requantize(name(n), x.tensor, f), x.layout, x.order));
  }

  private void dequantize(NodeProto n) {
    String in = n.getInput(0);
    if (!constants.containsKey(in)) {
      Value x = value(n, 0);
      if (!emitter.format(x.tensor).equals(format(n, 1))) {
        throw new IllegalArgumentException("reads codes by another scale than they were written");
      }
      values.put(n.getOutput(0), x);
      return;
    }
    OnnxFile.Constant c = constants.get(in);
    float[] scales = constant(n, 1).floats();
    double[] zeros =
        n.getInputCount() > 2 && !n.getInput(2).isEmpty()
            ? constant(n, 2).values()
            : new double[scales.length];
    int axis = OnnxFile.integer(n, "axis", 1);
    weights.put(n.getOutput(0), weights(c, scales, zeros, axis));
  }

  private static QuantizedEmitter.Weights weights(
      OnnxFile.Constant c, float[] scales, double[] zeros, int axis) {
    int[] k = c.integers();
    int rank = c.dims().length;
    int a = axis < 0 ? axis + rank : axis;
    int inner = 1;
    for (int i = a + 1; i < rank; i++) {
      inner *= c.dim(i);
    }
    int extent = scales.length == 1 ? 1 : c.dim(a);
    if (scales.length != extent || zeros.length != 1 && zeros.length != extent) {
      throw new IllegalArgumentException(scales.length + " scales for an extent of " + extent);
    }
    for (int i = 0; i < k.length; i++) {
      int channel = scales.length == 1 ? 0 : i / inner % extent;
      k[i] -= (int) zeros[zeros.length == 1 ? 0 : channel];
    }
    return new QuantizedEmitter.Weights(k, c.dims(), scales, scales.length == 1 ? -1 : a);
  }

  /** Notes an operator until its result is quantized. */
  private void wait(NodeProto n, OnnxFile.Constant bias) {
    List<Value> in = new ArrayList<>();
    boolean weighted = List.of("Conv", "Gemm", "MatMul").contains(n.getOpType());
    boolean several = List.of("Add", "Sub", "Mul", "Concat").contains(n.getOpType());
    for (int i = 0; i < (several ? n.getInputCount() : 1); i++) {
      in.add(value(n, i));
    }
    if (weighted && !weights.containsKey(n.getInput(1))) {
      throw new IllegalArgumentException("has weights that are not quantized");
    }
    pending.put(
        n.getOutput(0),
        new Pending(n, in, bias, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
  }

  /** A sum of two maps, or a bias behind a product of matrices. */
  private void add(NodeProto n) {
    for (int i = 0; i < 2; i++) {
      Pending p = pending.get(n.getInput(i));
      String other = n.getInput(1 - i);
      if (p != null && (constants.containsKey(other) || weights.containsKey(other))) {
        OnnxFile.Constant b = reals(other);
        if (p.bias != null || !List.of("MatMul", "Conv", "Gemm").contains(p.node.getOpType())) {
          throw new IllegalArgumentException("adds a constant to what has no bias to take it");
        }
        pending.put(n.getOutput(0), new Pending(p.node, p.inputs, b, p.lo, p.hi));
        return;
      }
    }
    wait(n, null);
  }

  /** The reals of a constant, quantized or not. */
  private OnnxFile.Constant reals(String name) {
    if (constants.containsKey(name)) {
      return constants.get(name);
    }
    QuantizedEmitter.Weights w = weights.get(name);
    double[] v = new double[w.integers().length];
    for (int i = 0; i < v.length; i++) {
      v[i] = w.integers()[i] * (double) w.scales()[w.scales().length == 1 ? 0 : i];
    }
    return new OnnxFile.Constant(v, w.dims());
  }

  private void clip(NodeProto n) {
    double lo = OnnxFile.real(n, "min", Float.NEGATIVE_INFINITY);
    double hi = OnnxFile.real(n, "max", Float.POSITIVE_INFINITY);
    lo = n.getInputCount() > 1 && !n.getInput(1).isEmpty() ? reals(n.getInput(1)).values()[0] : lo;
    hi = n.getInputCount() > 2 && !n.getInput(2).isEmpty() ? reals(n.getInput(2)).values()[0] : hi;
    clamp(n, lo, hi);
  }

  private void clamp(NodeProto n, double lo, double hi) {
    Pending p = pending.get(n.getInput(0));
    if (p != null) {
      pending.put(
          n.getOutput(0),
          new Pending(p.node, p.inputs, p.bias, Math.max(lo, p.lo), Math.min(hi, p.hi)));
      return;
    }
    Value x = value(n, 0);
    if (x.tensor == 0) {
      values.put(n.getOutput(0), x); // what the input's codes cannot hold is clipped there
      return;
    }
    int t = emitter.clamp(name(n), x.tensor, lo, hi);
    values.put(n.getOutput(0), new Value(t, x.layout, x.order));
  }

  private Value flat(Value x) {
    if (x.layout.equals(VECTOR)) {
      return x;
    }
    boolean last = x.layout.equals("NHWC");
    if (!last && !x.layout.equals(MAP)) {
      throw new IllegalArgumentException("flattens a map as " + x.layout);
    }
    return new Value(
        x.tensor, VECTOR, last ? Order.SAME : Order.channelFirst(emitter.shape(x.tensor)));
  }

  private void transpose(NodeProto n) {
    Value x = value(n, 0);
    int[] perm = OnnxFile.integers(n, "perm");
    StringBuilder layout = new StringBuilder();
    for (int p : perm) {
      layout.append(x.layout.charAt(p));
    }
    values.put(n.getOutput(0), new Value(x.tensor, layout.toString(), x.order));
  }

  private void pad(NodeProto n) {
    Value x = value(n, 0);
    int[] p = n.getInputCount() > 1 ? constant(n, 1).integers() : OnnxFile.integers(n, "pads");
    if (p.length != 8
        || p[0] != 0
        || p[1] != 0
        || p[4] != 0
        || p[5] != 0
        || !x.layout.equals(MAP)
        || Arrays.stream(p).anyMatch(i -> i < 0 || i > 1 << 12)) {
      throw new IllegalArgumentException("pads by " + Arrays.toString(p));
    }
    int t = emitter.pad(name(n), x.tensor, p[2], p[3], p[6], p[7]);
    values.put(n.getOutput(0), new Value(t, x.layout, x.order));
  }

  // ---- operators with their scales ----

  private void qLinear(NodeProto n, String op, List<Integer> in, int w, int out, int bias) {
    List<Value> from = new ArrayList<>();
    for (int i : in) {
      Value x = value(n, i);
      if (!emitter.format(x.tensor).equals(format(n, i + 1))) {
        throw new IllegalArgumentException("reads codes by another scale than they were written");
      }
      from.add(x);
    }
    NodeProto.Builder plain = n.toBuilder().setOpType(op).clearInput().addInput(n.getInput(0));
    if (w >= 0) {
      OnnxFile.Constant c = constant(n, w);
      int axis = op.equals("Conv") || OnnxFile.integer(n, "transB", 0) == 1 ? 0 : 1;
      String key = n.getOutput(0) + " weights";
      weights.put(key, weights(c, constant(n, w + 1).floats(), constant(n, w + 2).values(), axis));
      plain.addInput(key);
    }
    OnnxFile.Constant b = null;
    if (bias >= 0 && n.getInputCount() > bias && !n.getInput(bias).isEmpty()) {
      QuantizedEmitter.Weights k = weights.get(plain.getInput(1));
      double step = emitter.format(from.getFirst().tensor).step();
      double[] v = constant(n, bias).values().clone();
      for (int i = 0; i < v.length; i++) {
        v[i] *= step * k.scales()[k.scales().length == 1 ? 0 : i];
      }
      b = new OnnxFile.Constant(v, new long[] {v.length});
    }
    Pending p =
        new Pending(plain.build(), from, b, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    values.put(n.getOutput(0), emit(p, format(n, out)));
  }

  private void qLinearConcat(NodeProto n) {
    List<Value> from = new ArrayList<>();
    for (int i = 2; i + 2 < n.getInputCount(); i += 3) {
      from.add(value(n, i));
    }
    NodeProto plain = n.toBuilder().setOpType("Concat").build();
    Pending p = new Pending(plain, from, null, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    values.put(n.getOutput(0), emit(p, format(n, 0)));
  }

  /** Writes an operator whose output format is known. */
  private Value emit(Pending p, ActivationFormat f) {
    NodeProto n = p.node;
    String name = name(n);
    Value x = p.inputs.getFirst();
    Shape s = emitter.shape(x.tensor);
    int t =
        switch (n.getOpType()) {
          case "Conv" -> {
            if (!x.layout.equals(MAP)) {
              throw new IllegalArgumentException("needs a map as N, C, H, W, found " + x.layout);
            }
            QuantizedEmitter.Weights w = weights.get(n.getInput(1));
            int[] kernel = {Math.toIntExact(w.dims()[2]), Math.toIntExact(w.dims()[3])};
            Window window = Windows.of(n, s, kernel, false);
            yield emitter.conv(
                name, x.tensor, window, OnnxFile.integer(n, "group", 1), w, bias(p), f, p.lo, p.hi);
          }
          case "Gemm", "MatMul" -> {
            QuantizedEmitter.Weights w = weights.get(n.getInput(1));
            boolean transposed =
                n.getOpType().equals("Gemm") && OnnxFile.integer(n, "transB", 0) == 1;
            Value flat = flat(x);
            yield emitter.dense(name, x.tensor, flat.order, w, transposed, bias(p), f, p.lo, p.hi);
          }
          case "Add", "Sub" -> {
            Value y = same(p);
            yield emitter.add(name, x.tensor, y.tensor, n.getOpType().equals("Sub"), f, p.lo, p.hi);
          }
          case "Mul" -> emitter.multiply(name, x.tensor, same(p).tensor, f, p.lo, p.hi);
          case "Concat" -> {
            int axis = OnnxFile.integer(n, "axis", 1);
            if (axis != 1 && axis != 1 - x.layout.length()
                || p.inputs.stream()
                    .anyMatch(v -> !v.layout.equals(x.layout) || v.order.of() != null)) {
              throw new IllegalArgumentException(
                  "joins along axis " + axis + ", only channels are supported");
            }
            yield emitter.concatenate(name, p.inputs.stream().map(Value::tensor).toList(), f);
          }
          case "GlobalAveragePool", "ReduceMean" -> {
            mean(n);
            yield emitter.averagePool(
                name,
                x.tensor,
                Window.valid(s.height(), s.width(), s.height(), s.width()),
                f,
                p.lo,
                p.hi);
          }
          case "AveragePool" ->
              emitter.averagePool(name, x.tensor, Windows.of(n, s, null, false), f, p.lo, p.hi);
          case "Softmax" -> emitter.softmax(name, x.tensor, f);
          default -> emitter.function(name, n, x.tensor, f);
        };
    boolean vector =
        List.of("Gemm", "MatMul").contains(n.getOpType())
            || n.getOpType().equals("ReduceMean") && OnnxFile.integer(n, "keepdims", 1) == 0;
    return new Value(t, vector ? VECTOR : x.layout, vector ? Order.SAME : x.order);
  }

  private void mean(NodeProto n) {
    if (n.getOpType().equals("ReduceMean")) {
      int[] axes = n.getInputCount() > 1 ? constant(n, 1).integers() : OnnxFile.integers(n, "axes");
      int[] sorted = Arrays.stream(axes).map(a -> a < 0 ? a + 4 : a).sorted().toArray();
      if (!Arrays.equals(sorted, new int[] {2, 3})) {
        throw new IllegalArgumentException("averages over " + Arrays.toString(axes));
      }
    }
  }

  private static Value same(Pending p) {
    Value a = p.inputs.get(0);
    Value b = p.inputs.get(1);
    if (!a.layout.equals(b.layout) || !Arrays.equals(a.order.of(), b.order.of())) {
      throw new IllegalArgumentException("joins " + a.layout + " and " + b.layout);
    }
    return b;
  }

  private double[] bias(Pending p) {
    if (p.bias != null) {
      return p.bias.values();
    }
    NodeProto n = p.node;
    boolean given = n.getInputCount() > 2 && !n.getInput(2).isEmpty();
    return given ? reals(n.getInput(2)).values() : null;
  }
}
