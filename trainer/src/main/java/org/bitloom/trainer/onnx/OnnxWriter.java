package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitloom.fixedpoint.network.Window;

/** The pieces that every ONNX file is built of; maps are NCHW. */
final class OnnxWriter {
  private final GraphProto.Builder graph = GraphProto.newBuilder();

  ModelProto model(String name, int opset) {
    return ModelProto.newBuilder()
        .setIrVersion(opset >= 21 ? 10 : 8)
        .setProducerName("bitloom")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph.setName(name))
        .build();
  }

  void input(String name, long... extents) {
    graph.addInput(value(name, DataType.FLOAT, extents));
  }

  void output(String name, DataType type, long... extents) {
    graph.addOutput(value(name, type, extents));
  }

  /** A value with a batch extent before the given ones. */
  private static ValueInfoProto value(String name, DataType type, long... extents) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (long d : extents) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(dims).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** A node whose name and only output are the same; returns the output. */
  String node(String op, String output, String[] inputs, AttributeProto... attributes) {
    NodeProto.Builder n = NodeProto.newBuilder().setName(output).setOpType(op).addOutput(output);
    for (String i : inputs) {
      n.addInput(i);
    }
    for (AttributeProto a : attributes) {
      n.addAttribute(a);
    }
    graph.addNode(n);
    return output;
  }

  static String[] in(String... names) {
    return names;
  }

  static AttributeProto integer(String name, long v) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(v)
        .build();
  }

  static AttributeProto real(String name, double v) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) v)
        .build();
  }

  static AttributeProto integers(String name, long... v) {
    AttributeProto.Builder a =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long i : v) {
      a.addInts(i);
    }
    return a.build();
  }

  static AttributeProto[] window(Window w, int groups) {
    return new AttributeProto[] {
      integers("kernel_shape", w.height(), w.width()),
      integers("strides", w.strideY(), w.strideX()),
      integers("pads", w.padTop(), w.padLeft(), w.padBottom(), w.padRight()),
      integers("dilations", w.dilationY(), w.dilationX()),
      integer("group", groups)
    };
  }

  static AttributeProto[] pool(Window w) {
    return new AttributeProto[] {
      integers("kernel_shape", w.height(), w.width()),
      integers("strides", w.strideY(), w.strideX()),
      integers("pads", w.padTop(), w.padLeft(), w.padBottom(), w.padRight())
    };
  }

  /** A float32 constant; returns its name. */
  String floats(String name, float[] values, long... dims) {
    ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    b.asFloatBuffer().put(values);
    return constant(name, DataType.FLOAT, b.array(), dims);
  }

  /** An int64 vector. */
  String longs(String name, long... values) {
    ByteBuffer b = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    b.asLongBuffer().put(values);
    return constant(name, DataType.INT64, b.array(), values.length);
  }

  /** Integers of 1, 2 or 4 bytes. */
  String integers(String name, DataType type, int[] values, long... dims) {
    int bytes =
        switch (type) {
          case INT8, UINT8 -> 1;
          case INT16, UINT16 -> 2;
          default -> 4;
        };
    ByteBuffer b = ByteBuffer.allocate(bytes * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int v : values) {
      switch (bytes) {
        case 1 -> b.put((byte) v);
        case 2 -> b.putShort((short) v);
        default -> b.putInt(v);
      }
    }
    return constant(name, type, b.array(), dims);
  }

  private String constant(String name, DataType type, byte[] raw, long... dims) {
    TensorProto.Builder t =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(raw));
    for (long d : dims) {
      t.addDims(d);
    }
    graph.addInitializer(t);
    return name;
  }

  /**
   * Names of nodes for names of layers: the same, but where a layer's name is another's with a dot
   * behind it, as the names of constants are, the dots become underscores.
   */
  static Map<String, String> safe(List<String> layers) {
    Map<String, String> names = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>(layers);
    taken.add("input");
    for (String l : layers) {
      boolean clash =
          l.startsWith("input.")
              || l.equals("input")
              || layers.stream().anyMatch(o -> !o.equals(l) && l.startsWith(o + "."));
      String name = clash ? l.replace('.', '_') : l;
      for (int i = 2; clash && !taken.add(name); i++) {
        name = l.replace('.', '_') + "_" + i;
      }
      names.put(l, name);
    }
    return names;
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
}
