package org.bitloom.trainer.onnx;

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
import java.nio.file.Path;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.GroupedConv2dLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ReluLayer;

/**
 * Writes a float network as ONNX (opset 14, float32, NCHW). Weights {@code [k][r][s][c]} become
 * {@code [k][c][r][s]}; the columns of a dense layer that reads a map are put into channel-first
 * order.
 */
public final class OnnxExport {
  private static final int OPSET = 14;
  private final GraphProto.Builder graph = GraphProto.newBuilder();

  private OnnxExport() {}

  /** Writes a file. */
  public static void write(Path file, FloatNetwork network) {
    SafeWrite.bytes(file, encode(network));
  }

  /** The bytes of the file. */
  public static byte[] encode(FloatNetwork network) {
    return new OnnxExport().model(network).toByteArray();
  }

  private ModelProto model(FloatNetwork network) {
    graph.setName(network.name());
    graph.addInput(value("input", true, network.input()));
    String at = "input";
    for (Layer layer : network.layers()) {
      at = node(layer, at);
    }
    graph.addOutput(
        value(
            at,
            network.layers().stream()
                .noneMatch(l -> l instanceof DenseLayer || l instanceof FlattenLayer),
            network.output()));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .setProducerName("bitloom")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build();
  }

  private static ValueInfoProto value(String name, boolean map, Shape s) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    long[] extents = map ? new long[] {s.channels(), s.height(), s.width()} : new long[] {s.size()};
    for (long d : extents) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(dims)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private String node(Layer layer, String in) {
    NodeProto.Builder n =
        NodeProto.newBuilder().setName(layer.name()).addInput(in).addOutput(layer.name());
    switch (layer) {
      case Conv2dLayer c -> conv(n, c.window(), c.weight(), c.bias());
      case GroupedConv2dLayer c -> {
        conv(n, c.window(), c.weight(), c.bias());
        n.addAttribute(integer("group", c.groups()));
      }
      case DenseLayer d -> {
        String flat = in;
        if (d.input().height() * d.input().width() > 1) {
          flat = layer.name() + ".flat";
          graph.addNode(flatten(flat, in));
          n.setInput(0, flat);
        }
        n.setOpType("Gemm")
            .addInput(d.weight().name())
            .addInput(d.bias().name())
            .addAttribute(integer("transB", 1));
        Shape map = mapBefore(d);
        int k = d.bias().values().length;
        float[] w =
            channelFirst(d.weight().values(), k, map.height() * map.width(), map.channels());
        initializer(d.weight().name(), w, k, map.size());
        initializer(d.bias().name(), d.bias().values(), k);
      }
      case ReluLayer r -> n.setOpType("Relu");
      case ActivationLayer a -> activation(n, a);
      case PoolLayer p -> {
        n.setOpType(p.max() ? "MaxPool" : "AveragePool");
        window(n, p.window(), false);
      }
      case FlattenLayer f -> {
        mapShape = f.input();
        n.setOpType("Flatten").addAttribute(integer("axis", 1));
      }
    }
    graph.addNode(n);
    return layer.name();
  }

  private void conv(NodeProto.Builder n, Window window, Parameter weight, Parameter bias) {
    n.setOpType("Conv").addInput(weight.name()).addInput(bias.name());
    window(n, window, true);
    Shape w = weight.shape();
    initializer(
        weight.name(),
        channelFirst(weight.values(), w.dim(0), w.dim(1) * w.dim(2), w.dim(3)),
        w.dim(0),
        w.dim(3),
        w.dim(1),
        w.dim(2));
    initializer(bias.name(), bias.values(), w.dim(0));
  }

  private void activation(NodeProto.Builder n, ActivationLayer a) {
    switch (a.function()) {
      case Activation.Sigmoid f -> n.setOpType("Sigmoid");
      case Activation.Tanh f -> n.setOpType("Tanh");
      case Activation.Relu6 f -> {
        initializer(a.name() + ".min", new float[] {0});
        initializer(a.name() + ".max", new float[] {6});
        n.setOpType("Clip").addInput(a.name() + ".min").addInput(a.name() + ".max");
      }
      case Activation.LeakyRelu f ->
          n.setOpType("LeakyRelu").addAttribute(real("alpha", f.alpha()));
      case Activation.HardSigmoid f ->
          n.setOpType("HardSigmoid")
              .addAttribute(real("alpha", 1.0 / 6))
              .addAttribute(real("beta", 0.5));
      case Activation.HardSwish f -> n.setOpType("HardSwish");
    }
  }

  private static AttributeProto real(String name, double v) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) v)
        .build();
  }

  private Shape mapShape; // of the map that the last Flatten read

  private Shape mapBefore(DenseLayer d) {
    boolean flat = d.input().height() * d.input().width() == 1;
    Shape map =
        flat && mapShape != null && mapShape.size() == d.input().size() ? mapShape : d.input();
    mapShape = null;
    return map;
  }

  private static NodeProto flatten(String name, String in) {
    return NodeProto.newBuilder()
        .setName(name)
        .setOpType("Flatten")
        .addInput(in)
        .addOutput(name)
        .addAttribute(integer("axis", 1))
        .build();
  }

  /** Each of {@code k} rows from {@code [pixel][c]} to {@code [c][pixel]}. */
  static float[] channelFirst(float[] w, int k, int pixels, int channels) {
    float[] t = new float[w.length];
    for (int o = 0; o < k; o++) {
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) {
          t[(o * channels + c) * pixels + p] = w[(o * pixels + p) * channels + c];
        }
      }
    }
    return t;
  }

  private static void window(NodeProto.Builder n, Window w, boolean dilations) {
    n.addAttribute(integers("kernel_shape", w.height(), w.width()));
    n.addAttribute(integers("strides", w.strideY(), w.strideX()));
    n.addAttribute(integers("pads", w.padTop(), w.padLeft(), w.padBottom(), w.padRight()));
    if (dilations) {
      n.addAttribute(integers("dilations", w.dilationY(), w.dilationX()));
    }
  }

  private static AttributeProto integer(String name, long v) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(v)
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

  private void initializer(String name, float[] values, long... dims) {
    ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      b.putFloat(v);
    }
    TensorProto.Builder t =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(b.flip()));
    for (long d : dims) {
      t.addDims(d);
    }
    graph.addInitializer(t);
  }
}
