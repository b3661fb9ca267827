package org.bitloom.tests.benchmark;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A quantized chain of convolutions, max pools and dense layers as ONNX with QuantizeLinear and
 * DequantizeLinear, int8 in and out, so that ONNX Runtime can run the same network in a benchmark.
 */
final class QdqModel {
  private final QuantizedNetwork network;
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("qdq");
  private Shape flattened;

  private QdqModel(QuantizedNetwork network) {
    this.network = network;
  }

  /** The bytes of the model; its input is {@code x}, int8 NCHW, its output {@code y}, int8. */
  static byte[] encode(QuantizedNetwork network) {
    return new QdqModel(network).model().toByteArray();
  }

  private ModelProto model() {
    Shape in = network.inputSpec().shape();
    graph.addInput(value("x", 1, in.channels(), in.height(), in.width()));
    String at = dequantize("x", network.input());
    for (Operation op : network.operations()) {
      at = layer(op, at);
    }
    graph.addOutput(value("y", 1, network.outputSpec().shape().size()));
    graph.addNode(node("QuantizeLinear", "y", at, scale(network.output()), zero(network.output())));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  private String layer(Operation op, String in) {
    String name = op.name();
    switch (op) {
      case Conv2d c -> {
        var w = c.window();
        NodeProto.Builder n =
            node(
                "Conv",
                name + ".acc",
                in,
                weights(c, w.height() * w.width(), c.weights().shape().dim(3), true),
                bias(c))
                .toBuilder();
        n.addAttribute(integers("kernel_shape", w.height(), w.width()));
        n.addAttribute(integers("strides", w.strideY(), w.strideX()));
        n.addAttribute(integers("pads", w.padTop(), w.padLeft(), w.padBottom(), w.padRight()));
        graph.addNode(n);
        return requantized(c, name);
      }
      case Dense d -> {
        Shape map = flattened == null ? network.tensor(d.input()).shape() : flattened;
        NodeProto.Builder n =
            node(
                "Gemm",
                name + ".acc",
                in,
                weights(d, map.height() * map.width(), map.channels(), false),
                bias(d))
                .toBuilder();
        n.addAttribute(
            AttributeProto.newBuilder()
                .setName("transB")
                .setType(AttributeProto.AttributeType.INT)
                .setI(1));
        graph.addNode(n);
        return requantized(d, name);
      }
      case MaxPool2d p -> {
        NodeProto.Builder n = node("MaxPool", name + ".max", in).toBuilder();
        n.addAttribute(integers("kernel_shape", p.window().height(), p.window().width()));
        n.addAttribute(integers("strides", p.window().strideY(), p.window().strideX()));
        graph.addNode(n);
        return again(name + ".max", p.output());
      }
      case Flatten f -> {
        flattened = network.tensor(f.input()).shape();
        graph.addNode(node("Flatten", name, in));
        return name;
      }
      default ->
          throw new IllegalArgumentException("no " + op.kind() + " in the benchmark's model");
    }
  }

  private String requantized(WeightedOperation op, String name) {
    String at = name + ".acc";
    AffineFormat out = (AffineFormat) network.tensor(op.output()).format();
    if (op.clamp().lo() > out.minCode() || op.clamp().lo() == out.zeroPoint()) {
      graph.addNode(node("Relu", name + ".relu", at));
      at = name + ".relu";
    }
    return op.output() == network.output() ? at : again(at, op.output());
  }

  private String again(String at, int tensor) {
    graph.addNode(node("QuantizeLinear", at + ".q", at, scale(tensor), zero(tensor)));
    return dequantize(at + ".q", tensor);
  }

  private String dequantize(String at, int tensor) {
    graph.addNode(node("DequantizeLinear", at + ".real", at, scale(tensor), zero(tensor)));
    return at + ".real";
  }

  private AffineFormat format(int tensor) {
    return (AffineFormat) network.tensor(tensor).format();
  }

  private String scale(int tensor) {
    return floats(
        "scale" + tensor + "_" + graph.getInitializerCount(),
        new float[] {format(tensor).scale()},
        false);
  }

  private String zero(int tensor) {
    return bytes(
        "zero" + tensor + "_" + graph.getInitializerCount(),
        new byte[] {(byte) format(tensor).zeroPoint()});
  }

  private String weights(WeightedOperation op, int pixels, int channels, boolean conv) {
    int k = op.bias().size();
    byte[] w = new byte[op.weights().size()];
    for (int o = 0; o < k; o++) {
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) {
          w[(o * channels + c) * pixels + p] =
              (byte) op.weights().get((o * pixels + p) * channels + c);
        }
      }
    }
    Shape s = op.weights().shape();
    String q =
        conv
            ? bytes(op.name() + ".w", w, k, channels, s.dim(1), s.dim(2))
            : bytes(op.name() + ".w", w, k, pixels * channels);
    float[] scales = new float[k];
    for (int o = 0; o < k; o++) {
      scales[o] = (float) op.weightFormat().scale(o);
    }
    NodeProto.Builder n =
        node(
            "DequantizeLinear",
            op.name() + ".weights",
            q,
            floats(op.name() + ".ws", scales, true),
            bytes(op.name() + ".wz", new byte[k], k))
            .toBuilder();
    n.addAttribute(
        AttributeProto.newBuilder()
            .setName("axis")
            .setType(AttributeProto.AttributeType.INT)
            .setI(0));
    graph.addNode(n);
    return op.name() + ".weights";
  }

  private String bias(WeightedOperation op) {
    int k = op.bias().size();
    ByteBuffer b = ByteBuffer.allocate(4 * k).order(ByteOrder.LITTLE_ENDIAN);
    float[] scales = new float[k];
    for (int o = 0; o < k; o++) {
      b.putInt(op.bias().get(o));
      scales[o] = (float) (format(op.input()).scale() * op.weightFormat().scale(o));
    }
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(op.name() + ".b")
            .setDataType(TensorProto.DataType.INT32.getNumber())
            .addDims(k)
            .setRawData(ByteString.copyFrom(b.flip())));
    NodeProto.Builder n =
        node(
            "DequantizeLinear",
            op.name() + ".bias",
            op.name() + ".b",
            floats(op.name() + ".bs", scales, true))
            .toBuilder();
    n.addAttribute(
        AttributeProto.newBuilder()
            .setName("axis")
            .setType(AttributeProto.AttributeType.INT)
            .setI(0));
    graph.addNode(n);
    return op.name() + ".bias";
  }

  private static NodeProto node(String type, String out, String... in) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(out)
        .addOutput(out)
        .addAllInput(java.util.List.of(in))
        .build();
  }

  private static AttributeProto integers(String name, long... v) {
    AttributeProto.Builder a =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long i : v) {
      a.addInts(i);
    }
    return a.build();
  }

  private String floats(String name, float[] v, boolean vector) {
    ByteBuffer b = ByteBuffer.allocate(4 * v.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float f : v) {
      b.putFloat(f);
    }
    TensorProto.Builder t =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(b.flip()));
    if (vector) {
      t.addDims(v.length);
    }
    graph.addInitializer(t);
    return name;
  }

  private String bytes(String name, byte[] v, long... dims) {
    TensorProto.Builder t =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT8.getNumber())
            .setRawData(ByteString.copyFrom(v));
    for (long d : dims) {
      t.addDims(d);
    }
    graph.addInitializer(t);
    return name;
  }

  private static ValueInfoProto value(String name, long... dims) {
    TensorShapeProto.Builder s = TensorShapeProto.newBuilder();
    for (long d : dims) {
      s.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
    }
    TypeProto.Tensor t =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.INT8.getNumber())
            .setShape(s)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(t))
        .build();
  }
}
