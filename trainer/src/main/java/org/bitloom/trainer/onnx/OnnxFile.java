package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;

/** A parsed model: its graph and its constants, checked for what no model may have. */
final class OnnxFile {
  private static final int OLDEST = 6;
  private static final int NEWEST = 21;
  private static final long MOST = 1L << 28; // elements of a tensor

  private final String where;
  private final Path folder; // of external data, null without a file
  private final GraphProto graph;
  private final int opset;
  private final Map<String, TensorProto> initializers = new HashMap<>();

  private OnnxFile(String where, Path folder, ModelProto model) {
    this.where = where;
    this.folder = folder;
    this.graph = model.getGraph();
    this.opset =
        (int)
            model.getOpsetImportList().stream()
                .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
                .mapToLong(o -> o.getVersion())
                .findFirst()
                .orElse(0);
    if (graph.getNodeCount() == 0) {
      throw fault("holds no graph", "give an ONNX model");
    }
    if (opset < OLDEST || opset > NEWEST) {
      throw fault("uses opset " + opset, "export it with opset " + OLDEST + " to " + NEWEST);
    }
    graph.getInitializerList().forEach(t -> initializers.put(t.getName(), t));
  }

  static OnnxFile read(Path file) {
    byte[] bytes = SafeWrite.read(file, "give an ONNX file");
    return parse(bytes, file.toString(), file.toAbsolutePath().getParent());
  }

  static OnnxFile parse(byte[] bytes, String where, Path folder) {
    try {
      return new OnnxFile(where, folder, ModelProto.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(where, "is not an ONNX file", "export it again", e);
    }
  }

  String where() {
    return where;
  }

  GraphProto graph() {
    return graph;
  }

  int opset() {
    return opset;
  }

  BadInputException fault(String what, String mend) {
    return new BadInputException(where, what, mend);
  }

  /** The one input that is not a constant. */
  ValueInfoProto input() {
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.containsKey(i.getName())).toList();
    if (inputs.size() != 1 || graph.getOutputCount() != 1) {
      throw fault(
          "has " + inputs.size() + " inputs and " + graph.getOutputCount() + " outputs",
          "export it with one of each");
    }
    return inputs.getFirst();
  }

  Map<String, TensorProto> initializers() {
    return initializers;
  }

  /** A constant's numbers and extents. */
  record Constant(double[] values, long[] dims) {
    float[] floats() {
      float[] f = new float[values.length];
      for (int i = 0; i < f.length; i++) {
        f[i] = (float) values[i];
      }
      return f;
    }

    int[] integers() {
      int[] n = new int[values.length];
      for (int i = 0; i < n.length; i++) {
        n[i] = Math.toIntExact((long) values[i]);
      }
      return n;
    }

    int dim(int i) {
      return Math.toIntExact(dims[i]);
    }
  }

  Constant constant(TensorProto t) {
    long[] dims = t.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long n = 1;
    for (long d : dims) {
      if (d < 0 || d > MOST || n * Math.max(d, 1) > MOST) {
        throw new IllegalArgumentException(
            "constant " + t.getName() + " has the absurd shape " + t.getDimsList());
      }
      n *= d;
    }
    double[] v = numbers(t, (int) n);
    if (v.length != n) {
      throw new IllegalArgumentException(
          "constant " + t.getName() + " holds " + v.length + " numbers of " + n);
    }
    return new Constant(v, dims);
  }

  private double[] numbers(TensorProto t, int n) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(t.getDataType());
    boolean external = t.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    if (external || !t.getRawData().isEmpty()) {
      ByteBuffer b =
          external ? external(t, (long) n * width(t, type)) : t.getRawData().asReadOnlyByteBuffer();
      return raw(t, type, b.order(ByteOrder.LITTLE_ENDIAN));
    }
    return switch (type == null ? TensorProto.DataType.UNDEFINED : type) {
      case FLOAT -> t.getFloatDataList().stream().mapToDouble(Float::doubleValue).toArray();
      case DOUBLE -> t.getDoubleDataList().stream().mapToDouble(Double::doubleValue).toArray();
      case INT64 -> t.getInt64DataList().stream().mapToDouble(Long::doubleValue).toArray();
      case INT32, INT16, INT8, UINT16, UINT8, BOOL ->
          t.getInt32DataList().stream().mapToDouble(Integer::doubleValue).toArray();
      default -> throw unreadable(t, type);
    };
  }

  private static IllegalArgumentException unreadable(TensorProto t, TensorProto.DataType type) {
    return new IllegalArgumentException("constant " + t.getName() + " is of type " + type);
  }

  private static int width(TensorProto t, TensorProto.DataType type) {
    return switch (type == null ? TensorProto.DataType.UNDEFINED : type) {
      case DOUBLE, INT64 -> 8;
      case FLOAT, INT32 -> 4;
      case INT16, UINT16, FLOAT16 -> 2;
      case INT8, UINT8, BOOL -> 1;
      default -> throw unreadable(t, type);
    };
  }

  private static double[] raw(TensorProto t, TensorProto.DataType type, ByteBuffer b) {
    double[] v = new double[b.remaining() / width(t, type)];
    for (int i = 0; i < v.length; i++) {
      v[i] =
          switch (type) {
            case FLOAT -> b.getFloat();
            case DOUBLE -> b.getDouble();
            case INT64 -> b.getLong();
            case INT32 -> b.getInt();
            case INT16 -> b.getShort();
            case UINT16 -> b.getShort() & 0xffff;
            case FLOAT16 -> Float.float16ToFloat(b.getShort());
            case INT8, BOOL -> b.get();
            case UINT8 -> b.get() & 0xff;
            default -> throw unreadable(t, type);
          };
    }
    return v;
  }

  /** Data in a file beside the model; a path that leaves the model's folder is refused. */
  private ByteBuffer external(TensorProto t, long bytes) {
    Map<String, String> at = new HashMap<>();
    for (StringStringEntryProto e : t.getExternalDataList()) {
      at.put(e.getKey(), e.getValue());
    }
    String location = at.getOrDefault("location", "");
    if (folder == null || location.isEmpty()) {
      throw fault("keeps constant " + t.getName() + " in no file", "export it in one file");
    }
    try {
      Path inside = folder.toRealPath();
      Path file = inside.resolve(location).toRealPath();
      if (!file.startsWith(inside)) {
        throw fault(
            "keeps constant " + t.getName() + " outside its folder, in " + location,
            "put the data beside the model");
      }
      long offset = Long.parseLong(at.getOrDefault("offset", "0"));
      long length = Long.parseLong(at.getOrDefault("length", String.valueOf(bytes)));
      try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "r")) {
        if (offset < 0 || length != bytes || offset + length > f.length()) {
          throw fault("constant " + t.getName() + " exceeds " + location, "export the model again");
        }
        byte[] b = new byte[(int) bytes];
        f.seek(offset);
        f.readFully(b);
        return ByteBuffer.wrap(b);
      }
    } catch (IOException | NumberFormatException | java.nio.file.InvalidPathException e) {
      throw new BadInputException(
          where,
          "keeps constant " + t.getName() + " in " + location + ", which cannot be read",
          "put that file beside the model",
          e);
    }
  }

  static Optional<AttributeProto> attribute(NodeProto n, String name) {
    return n.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  static float real(NodeProto n, String name, float otherwise) {
    return attribute(n, name).map(AttributeProto::getF).orElse(otherwise);
  }

  static int integer(NodeProto n, String name, int otherwise) {
    return Math.toIntExact(attribute(n, name).map(AttributeProto::getI).orElse((long) otherwise));
  }

  static int[] integers(NodeProto n, String name, int... otherwise) {
    return attribute(n, name)
        .map(a -> a.getIntsList().stream().mapToInt(Math::toIntExact).toArray())
        .orElse(otherwise);
  }

  static String text(NodeProto n, String name, String otherwise) {
    return attribute(n, name).map(a -> a.getS().toStringUtf8()).orElse(otherwise);
  }

  /** What errors call a node. */
  static String label(NodeProto n) {
    String name = n.getName().isEmpty() && n.getOutputCount() > 0 ? n.getOutput(0) : n.getName();
    return printable(name) + " (" + printable(n.getOpType()) + ")";
  }

  /** A name for messages: no control characters, not endless. */
  static String printable(String s) {
    String clean = s.replaceAll("\\p{Cntrl}", "?");
    return clean.length() > 80 ? clean.substring(0, 77) + "..." : clean;
  }
}
