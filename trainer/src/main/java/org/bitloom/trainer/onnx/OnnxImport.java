package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitloom.fixedpoint.error.BadInputException;
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
 * Reads the float ONNX files that {@link OnnxExport} writes and others of the same kind: a chain of
 * Conv, Gemm, Relu, MaxPool, AveragePool and Flatten. Everything else is listed at once.
 */
public final class OnnxImport {
  private static final Set<String> SUPPORTED =
      Set.of(
          "Sigmoid",
          "Tanh",
          "LeakyRelu",
          "HardSigmoid",
          "HardSwish",
          "Clip",
          "Conv",
          "Gemm",
          "Relu",
          "MaxPool",
          "AveragePool",
          "Flatten");

  private final String where;
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final List<Layer> layers = new ArrayList<>();
  private Shape map; // of the map that the last Flatten read

  private OnnxImport(String where) {
    this.where = where;
  }

  /** Reads a file. */
  public static FloatNetwork read(Path file) {
    return decode(SafeWrite.read(file, "give an ONNX file"), file.toString());
  }

  /** The network in the bytes of a file; {@code where} names it in errors. */
  public static FloatNetwork decode(byte[] bytes, String where) {
    try {
      ModelProto model = ModelProto.parseFrom(bytes);
      return new OnnxImport(where).graph(model.getGraph());
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(where, "is not an ONNX file", "export it again", e);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new BadInputException(
          where, "is damaged (" + e.getMessage() + ")", "export it again", e);
    }
  }

  private FloatNetwork graph(GraphProto g) {
    List<String> unknown =
        g.getNodeList().stream()
            .filter(n -> !SUPPORTED.contains(n.getOpType()))
            .map(n -> n.getName() + " (" + n.getOpType() + ")")
            .toList();
    if (!unknown.isEmpty()) {
      throw fault(
          "has operators that are not supported: " + String.join(", ", unknown),
          "rewrite them with " + String.join(", ", SUPPORTED.stream().sorted().toList()));
    }
    g.getInitializerList().forEach(t -> initializers.put(t.getName(), t));
    var inputs =
        g.getInputList().stream().filter(i -> !initializers.containsKey(i.getName())).toList();
    if (inputs.size() != 1) {
      throw fault("has " + inputs.size() + " inputs", "export it with one");
    }
    Shape shape = inputShape(inputs.getFirst().getType().getTensorType().getShape());
    String at = inputs.getFirst().getName();
    for (NodeProto n : g.getNodeList()) {
      if (n.getInputCount() < 1 || n.getOutputCount() < 1 || !n.getInput(0).equals(at)) {
        throw fault(
            "node " + n.getName() + " does not follow the one before", "only chains are read");
      }
      Layer layer = layer(n, shape);
      layers.add(layer);
      shape = layer.output();
      at = n.getOutput(0);
    }
    return new FloatNetwork(g.getName().isEmpty() ? "network" : g.getName(), layers);
  }

  private BadInputException fault(String what, String mend) {
    return new BadInputException(where, what, mend);
  }

  private Shape inputShape(TensorShapeProto s) {
    if (s.getDimCount() != 4) {
      throw fault("has an input of " + s.getDimCount() + " extents", "export it with N, C, H, W");
    }
    return Shape.of(extent(s, 2), extent(s, 3), extent(s, 1));
  }

  private static int extent(TensorShapeProto s, int i) {
    return Math.toIntExact(s.getDim(i).getDimValue());
  }

  private Layer layer(NodeProto n, Shape in) {
    String name = n.getName().isEmpty() ? n.getOutput(0) : n.getName();
    return switch (n.getOpType()) {
      case "Conv" -> conv(n, name, in);
      case "Gemm" -> gemm(n, name, in);
      case "Relu" -> new ReluLayer(name, in);
      case "Sigmoid" -> new ActivationLayer(name, in, new Activation.Sigmoid());
      case "Tanh" -> new ActivationLayer(name, in, new Activation.Tanh());
      case "LeakyRelu" ->
          new ActivationLayer(name, in, new Activation.LeakyRelu(real(n, "alpha", 0.01f)));
      case "HardSigmoid" -> hardSigmoid(n, name, in);
      case "HardSwish" -> new ActivationLayer(name, in, new Activation.HardSwish());
      case "Clip" -> clip(n, name, in);
      case "MaxPool" -> new PoolLayer(name, in, window(n, 0, 0), true);
      case "AveragePool" -> new PoolLayer(name, in, window(n, 0, 0), false);
      case "Flatten" -> {
        map = in;
        yield new FlattenLayer(name, in);
      }
      default -> throw new IllegalStateException(n.getOpType());
    };
  }

  private Layer hardSigmoid(NodeProto n, String name, Shape in) {
    float alpha = real(n, "alpha", 0.2f);
    float beta = real(n, "beta", 0.5f);
    if (alpha != 1f / 6 || beta != 0.5f) {
      throw fault(
          "node " + name + " is a hard sigmoid of slope " + alpha, "export it with slope 1/6");
    }
    return new ActivationLayer(name, in, new Activation.HardSigmoid());
  }

  private Layer clip(NodeProto n, String name, Shape in) {
    float lo = n.getInputCount() > 1 ? floats(initializer(n, 1))[0] : Float.NEGATIVE_INFINITY;
    float hi = n.getInputCount() > 2 ? floats(initializer(n, 2))[0] : Float.POSITIVE_INFINITY;
    if (lo != 0 || hi != 6) {
      throw fault("node " + name + " clips to [" + lo + ", " + hi + "]", "use ReLU or ReLU6");
    }
    return new ActivationLayer(name, in, new Activation.Relu6());
  }

  private static float real(NodeProto n, String name, float otherwise) {
    return attribute(n, name).map(AttributeProto::getF).orElse(otherwise);
  }

  private Layer conv(NodeProto n, String name, Shape in) {
    TensorProto w = initializer(n, 1);
    int k = dim(w, 0);
    int c = dim(w, 1);
    int groups = Math.toIntExact(attribute(n, "group").map(AttributeProto::getI).orElse(1L));
    if (w.getDimsCount() != 4 || groups < 1 || c * groups != in.channels()) {
      throw fault(
          "node " + name + " has weights of " + w.getDimsList() + " for " + in,
          "1-D convolutions are not read");
    }
    Window window = window(n, dim(w, 2), dim(w, 3));
    // [k][c][pixel] to [k][pixel][c] is the exporter's permutation the other way round
    float[] values = OnnxExport.channelFirst(floats(w), k, c, window.taps());
    Parameter weight =
        new Parameter(name + ".weight", Shape.of(k, window.height(), window.width(), c), values);
    return groups == 1
        ? new Conv2dLayer(name, in, window, weight, bias(n, name, k))
        : new GroupedConv2dLayer(name, in, window, groups, weight, bias(n, name, k));
  }

  private Layer gemm(NodeProto n, String name, Shape in) {
    TensorProto w = initializer(n, 1);
    if (attribute(n, "transB").map(AttributeProto::getI).orElse(0L) != 1) {
      throw fault("node " + name + " has transB 0", "export it with transB 1");
    }
    int k = dim(w, 0);
    Shape before = map != null && map.size() == in.size() ? map : in;
    map = null;
    float[] values =
        OnnxExport.channelFirst(floats(w), k, before.channels(), before.height() * before.width());
    Parameter weight = new Parameter(name + ".weight", Shape.of(k, dim(w, 1)), values);
    return new DenseLayer(name, in, weight, bias(n, name, k));
  }

  private Parameter bias(NodeProto n, String name, int k) {
    float[] b = n.getInputCount() > 2 ? floats(initializer(n, 2)) : new float[k];
    return new Parameter(name + ".bias", Shape.of(k), b);
  }

  private TensorProto initializer(NodeProto n, int input) {
    TensorProto t = n.getInputCount() > input ? initializers.get(n.getInput(input)) : null;
    if (t == null) {
      throw fault(
          "node " + n.getName() + " has no constant input " + input,
          "fold constants before exporting");
    }
    return t;
  }

  private static int dim(TensorProto t, int i) {
    return Math.toIntExact(t.getDims(i));
  }

  private float[] floats(TensorProto t) {
    if (t.getDataType() != TensorProto.DataType.FLOAT.getNumber()
        || t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw fault(
          "initializer " + t.getName() + " is not inline float32",
          "export it as float32 in one file");
    }
    if (t.getRawData().isEmpty()) {
      float[] f = new float[t.getFloatDataCount()];
      for (int i = 0; i < f.length; i++) {
        f[i] = t.getFloatData(i);
      }
      return f;
    }
    ByteBuffer b = t.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] f = new float[b.remaining() / 4];
    b.asFloatBuffer().get(f);
    return f;
  }

  private static java.util.Optional<AttributeProto> attribute(NodeProto n, String name) {
    return n.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  private static int[] integers(NodeProto n, String name, int... otherwise) {
    return attribute(n, name)
        .map(a -> a.getIntsList().stream().mapToInt(Math::toIntExact).toArray())
        .orElse(otherwise);
  }

  private Window window(NodeProto n, int height, int width) {
    String auto = attribute(n, "auto_pad").map(a -> a.getS().toStringUtf8()).orElse("NOTSET");
    boolean ceil = attribute(n, "ceil_mode").map(AttributeProto::getI).orElse(0L) != 0;
    if (!auto.equals("NOTSET") || ceil) {
      throw fault(
          "node " + n.getName() + " uses auto_pad or ceil_mode", "export it with explicit pads");
    }
    int[] k = integers(n, "kernel_shape", height, width);
    int[] s = integers(n, "strides", 1, 1);
    int[] p = integers(n, "pads", 0, 0, 0, 0);
    int[] d = integers(n, "dilations", 1, 1);
    return new Window(k[0], k[1], s[0], s[1], d[0], d[1], p[0], p[1], p[2], p[3]);
  }
}
