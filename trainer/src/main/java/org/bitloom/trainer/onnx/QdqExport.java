package org.bitloom.trainer.onnx;

import static org.bitloom.trainer.onnx.OnnxWriter.channelFirst;
import static org.bitloom.trainer.onnx.OnnxWriter.in;
import static org.bitloom.trainer.onnx.OnnxWriter.integer;
import static org.bitloom.trainer.onnx.OnnxWriter.integers;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Writes a quantized network as ONNX in QDQ form: every tensor passes QuantizeLinear and
 * DequantizeLinear with its scale and zero point, a power of two and 0 for dynamic fixed point.
 * Codes of up to 8 bits are int8, wider ones int16 (opset 21). A clamp narrower than the type
 * becomes Relu or Clip; a table becomes Gather, which is exact. The codes of tensor T are the
 * output of node {@code T.codes}; they can be made outputs of the model.
 */
public final class QdqExport {
  private static final int OPSET = 14;
  private static final int WIDE_OPSET = 21;

  private final QuantizedNetwork network;
  private final boolean codesOut;
  private final OnnxWriter file = new OnnxWriter();
  private final Map<Integer, String> reals = new HashMap<>(); // dequantized output of each tensor
  private final Set<Integer> vectors = new HashSet<>(); // tensors that are N, F in the file
  private final Map<Integer, String> names = new HashMap<>();
  private boolean wide;

  private QdqExport(QuantizedNetwork network, boolean codesOut) {
    this.network = network;
    this.codesOut = codesOut;
  }

  /** Writes a file; the output is in reals. */
  public static void write(Path file, QuantizedNetwork network) {
    SafeWrite.bytes(file, encode(network, false));
  }

  /**
   * The bytes of the file.
   *
   * @param codesOut whether the codes of every tensor are outputs as well, named {@code T.codes}
   */
  public static byte[] encode(QuantizedNetwork network, boolean codesOut) {
    return new QdqExport(network, codesOut).run();
  }

  /** The name of a tensor's codes in the file, see {@link #encode}. */
  public static String codes(QuantizedNetwork network, int tensor) {
    return unique(network).get(tensor) + ".codes";
  }

  /** Names of operations for their outputs; those that occur twice get a number. */
  private static Map<Integer, String> unique(QuantizedNetwork network) {
    List<String> layers = new ArrayList<>();
    for (Operation op : network.operations()) {
      String base = op.name().isEmpty() ? op.kind() : op.name();
      String name = base;
      for (int i = 2; layers.contains(name); i++) {
        name = base + "_" + i;
      }
      layers.add(name);
    }
    Map<String, String> safe = OnnxWriter.safe(layers);
    Map<Integer, String> names = new HashMap<>();
    names.put(network.input(), "input");
    for (int i = 0; i < layers.size(); i++) {
      names.put(network.operations().get(i).output(), safe.get(layers.get(i)));
    }
    return names;
  }

  private byte[] run() {
    names.putAll(unique(network));
    wide = network.tensors().stream().anyMatch(t -> t.format().bits() > 8);
    for (Operation op : network.operations()) {
      wide |= op instanceof WeightedOperation w && w.weightFormat().integerBits() > 8;
    }
    Shape s = network.inputSpec().shape();
    file.input("input", s.channels(), s.height(), s.width());
    quantize(network.input(), "input");
    network.operations().forEach(this::operation);
    Shape out = network.outputSpec().shape();
    String last = reals.get(network.output());
    if (vectors.contains(network.output())) {
      file.output(last, DataType.FLOAT, out.size());
    } else {
      file.output(last, DataType.FLOAT, out.channels(), out.height(), out.width());
    }
    return file.model(network.name(), wide ? WIDE_OPSET : OPSET).toByteArray();
  }

  private static DataType type(int bits) {
    return bits > 8 ? DataType.INT16 : DataType.INT8;
  }

  private ActivationFormat format(int tensor) {
    return network.tensor(tensor).format();
  }

  private Shape shape(int tensor) {
    return network.tensor(tensor).shape();
  }

  /** Reals to codes and back. */
  private void quantize(int tensor, String real) {
    ActivationFormat f = format(tensor);
    String name = names.get(tensor);
    String scale = file.floats(name + ".scale", new float[] {(float) f.step()});
    String zero = file.integers(name + ".zero", type(f.bits()), new int[] {f.zeroCode()});
    Clamp narrow = new Clamp(f.minCode(), f.maxCode());
    String x = tensor == network.input() ? clipped(real, narrow, f, name) : real;
    String codes = file.node("QuantizeLinear", name + ".codes", in(x, scale, zero));
    reals.put(tensor, file.node("DequantizeLinear", name + ".real", in(codes, scale, zero)));
    if (codesOut) {
      Shape s = shape(tensor);
      if (vectors.contains(tensor)) {
        file.output(codes, type(f.bits()), s.size());
      } else {
        file.output(codes, type(f.bits()), s.channels(), s.height(), s.width());
      }
    }
  }

  /** A clamp that the code's type does not do by itself. */
  private String clipped(String x, Clamp c, ActivationFormat f, String name) {
    int top = f.bits() > 8 ? Short.MAX_VALUE : Byte.MAX_VALUE;
    boolean above = c.hi() < top;
    if (c.lo() <= -top - 1 && !above) {
      return x;
    }
    if (c.lo() == f.zeroCode() && !above) {
      return file.node("Relu", name + ".relu", in(x));
    }
    return file.node(
        "Clip",
        name + ".clip",
        in(
            x,
            file.floats(name + ".lo", new float[] {(float) f.toReal(c.lo())}),
            file.floats(name + ".hi", new float[] {(float) f.toReal(c.hi())})));
  }

  private void operation(Operation op) {
    String name = names.get(op.output());
    int first = op.inputs().isEmpty() ? -1 : op.inputs().getFirst();
    String x = reals.get(first);
    switch (op) {
      case Conv2d c -> {
        Shape w = c.weights().shape();
        float[] v = floats(c.integers());
        int taps = w.dim(1) * w.dim(2);
        int[] k = ints(channelFirst(v, w.dim(0), taps, w.dim(3)));
        String weight = weight(c, k, name, w.dim(0), w.dim(3), w.dim(1), w.dim(2));
        file.node(
            "Conv",
            name,
            in(map(first, x, name), weight, bias(c, name)),
            OnnxWriter.window(c.window(), c.groups()));
        finish(op, name, c.clamp());
      }
      case Dense d -> {
        int k = d.weights().shape().dim(0);
        String weight = weight(d, ints(floats(d.integers())), name, k, d.weights().size() / k);
        file.node(
            "Gemm", name, in(vector(first, x, name), weight, bias(d, name)), integer("transB", 1));
        vectors.add(op.output());
        finish(op, name, d.clamp());
      }
      case MaxPool2d p -> {
        file.node("MaxPool", name, in(map(first, x, name)), OnnxWriter.pool(p.window()));
        finish(op, name, p.clamp());
      }
      case AveragePool2d p -> {
        file.node("AveragePool", name, in(map(first, x, name)), OnnxWriter.pool(p.window()));
        finish(op, name, p.clamp());
      }
      case Mean m -> {
        file.node("GlobalAveragePool", name, in(map(first, x, name)));
        finish(op, name, m.clamp());
      }
      case Relu r -> same(op, first, file.node("Relu", name, in(x)), r.clamp());
      case Flatten f -> {
        file.node("Identity", name, in(vector(first, x, name)));
        vectors.add(op.output());
        finish(op, name, Clamp.full(format(op.output())));
      }
      case Add a -> {
        alike(a.left(), a.right(), name);
        file.node(a.subtract() ? "Sub" : "Add", name, in(x, reals.get(a.right())));
        same(op, first, name, a.clamp());
      }
      case Multiply m -> {
        alike(m.left(), m.right(), name);
        file.node("Mul", name, in(x, reals.get(m.right())));
        same(op, first, name, m.clamp());
      }
      case Concatenate c -> {
        int axis = c.axis() == 2 ? 1 : c.axis() + 2;
        List<String> parts = c.inputs().stream().map(reals::get).toList();
        file.node("Concat", name, parts.toArray(String[]::new), integer("axis", axis));
        same(op, first, name, Clamp.full(format(op.output())));
      }
      case Requantize r -> same(op, first, file.node("Identity", name, in(x)), r.clamp());
      case Trim t -> {
        ActivationFormat f = format(first);
        table(op, first, i -> f.toReal(t.apply(i + f.minCode(), f.zeroCode())));
      }
      case Lookup l -> table(op, first, i -> format(op.output()).toReal(l.table().get(i)));
      case Pad p -> {
        String pads =
            file.longs(name + ".pads", 0, 0, p.top(), p.left(), 0, 0, p.bottom(), p.right());
        file.node("Pad", name, in(map(first, x, name), pads));
        finish(op, name, Clamp.full(format(op.output())));
      }
      case Softmax s -> {
        file.node("Softmax", name + ".sum1", in(x), integer("axis", 1));
        // the largest code by Min: ONNX Runtime's int8 softmax wraps a probability of 1 around
        ActivationFormat f = format(op.output());
        float[] most = {(float) f.toReal(f.maxCode())};
        file.node("Min", name, in(name + ".sum1", file.floats(name + ".most", most)));
        same(op, first, name, Clamp.full(format(op.output())));
      }
      case Constant c -> {
        Shape s = shape(op.output());
        float[] v = new float[s.size()];
        for (int i = 0; i < v.length; i++) {
          v[i] = (float) format(op.output()).toReal(c.codes().get(i));
        }
        float[] first1 = channelFirst(v, 1, s.height() * s.width(), s.channels());
        file.floats(name, first1, 1, s.channels(), s.height(), s.width());
        finish(op, name, Clamp.full(format(op.output())));
      }
    }
  }

  private void finish(Operation op, String real, Clamp clamp) {
    String name = names.get(op.output());
    quantize(op.output(), clipped(real, clamp, format(op.output()), name));
  }

  /** As {@link #finish}, for an output of the input's kind. */
  private void same(Operation op, int input, String real, Clamp clamp) {
    if (vectors.contains(input)) {
      vectors.add(op.output());
    }
    finish(op, real, clamp);
  }

  private void alike(int a, int b, String name) {
    if (vectors.contains(a) != vectors.contains(b)) {
      throw new IllegalArgumentException(name + " joins a map and a vector");
    }
  }

  /** A vector as a map of one pixel. */
  private String map(int tensor, String x, String reader) {
    if (!vectors.contains(tensor)) {
      return x;
    }
    Shape s = shape(tensor);
    String dims = file.longs(reader + ".dims", 0, s.channels(), s.height(), s.width());
    return file.node("Reshape", reader + ".map", in(x, dims));
  }

  /** A map as a vector in this product's order, rows, columns, channels. */
  private String vector(int tensor, String x, String reader) {
    if (vectors.contains(tensor)) {
      return x;
    }
    Shape s = shape(tensor);
    String last =
        s.height() * s.width() == 1 || s.channels() == 1
            ? x
            : file.node("Transpose", reader + ".last", in(x), integers("perm", 0, 2, 3, 1));
    return file.node("Flatten", reader + ".flat", in(last), integer("axis", 1));
  }

  private String weight(WeightedOperation op, int[] k, String name, long... dims) {
    WeightFormat f = op.weightFormat();
    DataType type = type(f.integerBits());
    String codes = file.integers(name + ".weight.codes", type, k, dims);
    float[] scales = new float[f.scales()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) f.scale(i);
    }
    long[] extent = scales.length == 1 ? new long[0] : new long[] {scales.length};
    String scale = file.floats(name + ".weight.scale", scales, extent);
    String zero = file.integers(name + ".weight.zero", type, new int[scales.length], extent);
    return scales.length == 1
        ? file.node("DequantizeLinear", name + ".weight", in(codes, scale, zero))
        : file.node(
            "DequantizeLinear", name + ".weight", in(codes, scale, zero), integer("axis", 0));
  }

  private String bias(WeightedOperation op, String name) {
    CodeTensor b = op.bias();
    WeightFormat f = op.weightFormat();
    float input = (float) format(op.input()).step();
    float[] scales = new float[f.scales()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = input * (float) f.scale(i);
    }
    int[] v = new int[b.size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = b.get(i);
    }
    String codes = file.integers(name + ".bias.codes", DataType.INT32, v, v.length);
    long[] extent = scales.length == 1 ? new long[0] : new long[] {scales.length};
    String scale = file.floats(name + ".bias.scale", scales, extent);
    return scales.length == 1
        ? file.node("DequantizeLinear", name + ".bias", in(codes, scale))
        : file.node("DequantizeLinear", name + ".bias", in(codes, scale), integer("axis", 0));
  }

  /** The reals of a table's entries, picked by code. */
  private void table(Operation op, int input, IntToDoubleFunction real) {
    ActivationFormat f = format(input);
    String name = names.get(op.output());
    float[] v = new float[f.maxCode() - f.minCode() + 1];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) real.applyAsDouble(i);
    }
    String entries = file.floats(name + ".table", v, v.length);
    String wideCodes =
        file.node(
            "Cast",
            name + ".index",
            in(names.get(input) + ".codes"),
            integer("to", DataType.INT32.getNumber()));
    String first = file.integers(name + ".first", DataType.INT32, new int[] {f.minCode()});
    String index = file.node("Sub", name + ".entry", in(wideCodes, first));
    file.node("Gather", name, in(entries, index));
    same(op, input, name, Clamp.full(format(op.output())));
  }

  private static float[] floats(CodeTensor t) {
    float[] f = new float[t.size()];
    for (int i = 0; i < f.length; i++) {
      f[i] = t.get(i);
    }
    return f;
  }

  private static int[] ints(float[] f) {
    int[] n = new int[f.length];
    for (int i = 0; i < n.length; i++) {
      n[i] = (int) f[i];
    }
    return n;
  }
}
