package org.bitloom.fixedpoint.tflite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.tensorflow.lite.schema.Buffer;
import org.tensorflow.lite.schema.Model;
import org.tensorflow.lite.schema.QuantizationParameters;
import org.tensorflow.lite.schema.SubGraph;
import org.tensorflow.lite.schema.Tensor;
import org.tensorflow.lite.schema.TensorType;

/** A model's tensors: feature maps of the network being built, and constants. */
final class TfliteTensors {
  private static final int MAX_ELEMENTS = 1 << 26;

  private final Model model;
  private final SubGraph graph;
  private final List<TensorSpec> specs = new ArrayList<>();
  private final Map<Integer, Integer> index =
      new HashMap<>(); // tensor of the file -> tensor of the network

  TfliteTensors(Model model, SubGraph graph) {
    this.model = model;
    this.graph = graph;
  }

  List<TensorSpec> specs() {
    return specs;
  }

  Tensor tensor(int t) {
    if (t < 0 || t >= graph.tensorsLength()) {
      throw new IllegalArgumentException("tensor " + t + " does not exist");
    }
    return graph.tensors(t);
  }

  String name(int t) {
    String n = tensor(t).name();
    return n == null || n.isEmpty() ? "tensor" + t : n.split(";")[0];
  }

  boolean isFloat(int t) {
    return tensor(t).type() == TensorType.FLOAT32;
  }

  /** Makes two tensors of the file the same tensor of the network. */
  void alias(int t, int other) {
    index.put(t, map(other));
  }

  /** The network's tensor for a feature map of the file, made when first asked for. */
  int map(int t) {
    Integer known = index.get(t);
    if (known != null) {
      return known;
    }
    specs.add(new TensorSpec(name(t), shape(t), format(t)));
    index.put(t, specs.size() - 1);
    return specs.size() - 1;
  }

  /** The same; a constant becomes an operation first. */
  int mapOrConstant(int t, List<Operation> operations) {
    boolean known = index.containsKey(t);
    int m = map(t);
    if (!known && data(t).hasRemaining()) {
      operations.add(new Constant(name(t), m, int8(t, specs.get(m).shape())));
    }
    return m;
  }

  Shape shapeOf(int t) {
    return specs.get(map(t)).shape();
  }

  AffineFormat formatOf(int t) {
    return (AffineFormat) specs.get(map(t)).format();
  }

  int[] dims(int t) {
    Tensor x = tensor(t);
    int n = x.shapeLength();
    if (n > 8) {
      throw new IllegalArgumentException("tensor " + name(t) + " has " + n + " extents");
    }
    int[] d = new int[n];
    for (int i = 0; i < n; i++) {
      d[i] = x.shape(i);
    }
    return d;
  }

  private Shape shape(int t) {
    int[] d = dims(t);
    if (d.length == 0 || d.length > 4 || (d.length > 1 && d[0] != 1)) {
      throw new IllegalArgumentException(
          "tensor "
              + name(t)
              + " has shape "
              + java.util.Arrays.toString(d)
              + ", only batches of 1 and up to 4 extents are read");
    }
    Shape s =
        switch (d.length) {
          case 4 -> Shape.of(d[1], d[2], d[3]);
          case 3 -> Shape.of(1, d[1], d[2]);
          case 2 -> Shape.of(1, 1, d[1]);
          default -> Shape.of(1, 1, d[0]);
        };
    if (s.size() > MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          "tensor " + name(t) + " of " + s + " is larger than " + MAX_ELEMENTS + " elements");
    }
    return s;
  }

  private AffineFormat format(int t) {
    Tensor x = tensor(t);
    if (x.type() == TensorType.UINT8) {
      throw new IllegalArgumentException(
          "tensor " + name(t) + " is uint8, the older scheme: convert the model to int8");
    }
    QuantizationParameters q = x.quantization();
    if (x.type() != TensorType.INT8
        || q == null
        || q.scaleLength() != 1
        || q.zeroPointLength() != 1) {
      throw new IllegalArgumentException(
          "tensor "
              + name(t)
              + " is not int8 with one scale (type "
              + TensorType.name(x.type())
              + ")");
    }
    return new AffineFormat(8, q.scale(0), Math.toIntExact(q.zeroPoint(0)));
  }

  /** Scales of int8 weights. */
  ChannelScales scales(int t) {
    QuantizationParameters q = tensor(t).quantization();
    if (tensor(t).type() != TensorType.INT8 || q == null || q.scaleLength() < 1) {
      throw new IllegalArgumentException("weights " + name(t) + " are not int8 with scales");
    }
    List<Float> scales = new ArrayList<>();
    checkLength(t, q.scaleLength());
    for (int i = 0; i < q.scaleLength(); i++) {
      scales.add(q.scale(i));
    }
    checkLength(t, q.zeroPointLength());
    for (int i = 0; i < q.zeroPointLength(); i++) {
      if (q.zeroPoint(i) != 0) {
        throw new IllegalArgumentException(
            "weights " + name(t) + " have the zero point " + q.zeroPoint(i));
      }
    }
    return new ChannelScales(8, scales);
  }

  private void checkLength(int t, int length) {
    if (length < 0 || length > model.getByteBuffer().limit()) {
      throw new IllegalArgumentException(
          "tensor " + name(t) + " has a vector of " + length + " entries");
    }
  }

  private ByteBuffer data(int t) {
    int buffer = Math.toIntExact(tensor(t).buffer());
    if (buffer < 0 || buffer >= model.buffersLength()) {
      throw new IllegalArgumentException("buffer " + buffer + " does not exist");
    }
    Buffer b = model.buffers(buffer);
    ByteBuffer d = b == null || b.dataLength() == 0 ? null : b.dataAsByteBuffer();
    return d == null ? ByteBuffer.allocate(0) : d.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** int8 constants under a shape. */
  CodeTensor int8(int t, Shape shape) {
    ByteBuffer d = data(t);
    if (d.remaining() != shape.size()) {
      throw new IllegalArgumentException(
          "tensor " + name(t) + " holds " + d.remaining() + " bytes for " + shape);
    }
    int[] codes = new int[shape.size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = d.get(i);
    }
    return CodeTensor.wrap(shape, codes);
  }

  /** int32 constants. */
  int[] int32(int t) {
    ByteBuffer d = data(t);
    if (tensor(t).type() != TensorType.INT32 || d.remaining() % 4 != 0) {
      throw new IllegalArgumentException("tensor " + name(t) + " is not int32");
    }
    int[] v = new int[d.remaining() / 4];
    d.asIntBuffer().get(v);
    return v;
  }
}
