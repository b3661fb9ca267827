package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** What exporters compute of constants: shapes cut into pieces and put together again. */
final class OnnxConstants {
  private OnnxConstants() {}

  static OnnxFile.Constant vector(long... v) {
    return new OnnxFile.Constant(
        LongStream.of(v).asDoubleStream().toArray(), new long[] {v.length});
  }

  /** The value of a Constant node. */
  static OnnxFile.Constant constant(OnnxFile file, NodeProto n) {
    if (n.getAttributeCount() != 1) {
      throw new IllegalArgumentException("has " + n.getAttributeCount() + " values");
    }
    AttributeProto a = n.getAttribute(0);
    return switch (a.getName()) {
      case "value" -> file.constant(a.getT());
      case "value_float" -> new OnnxFile.Constant(new double[] {a.getF()}, new long[0]);
      case "value_int" -> new OnnxFile.Constant(new double[] {a.getI()}, new long[0]);
      case "value_ints" -> vector(a.getIntsList().stream().mapToLong(Long::longValue).toArray());
      case "value_floats" ->
          new OnnxFile.Constant(
              a.getFloatsList().stream().mapToDouble(Float::doubleValue).toArray(),
              new long[] {a.getFloatsCount()});
      default -> throw new IllegalArgumentException("holds a " + OnnxFile.printable(a.getName()));
    };
  }

  /** The value of a node of constants only, null if that is not computed. */
  static OnnxFile.Constant fold(NodeProto n, List<OnnxFile.Constant> in) {
    OnnxFile.Constant x = in.getFirst();
    if (x == null) {
      return null;
    }
    return switch (n.getOpType()) {
      case "Identity", "Cast" -> x;
      case "Unsqueeze" ->
          x.dims().length == 0 ? new OnnxFile.Constant(x.values(), new long[] {1}) : null;
      case "Squeeze" ->
          x.values().length == 1 ? new OnnxFile.Constant(x.values(), new long[0]) : null;
      case "Transpose" -> transposed(n, x);
      case "Gather" -> gather(n, x, in.get(1));
      case "Slice" -> slice(in);
      case "Concat" ->
          in.stream().allMatch(c -> c != null && c.dims().length == 1) ? join(in) : null;
      case "Add", "Sub", "Mul", "Div" -> arithmetic(n.getOpType(), x, in.get(1));
      default -> null;
    };
  }

  /** A matrix the other way round. */
  private static OnnxFile.Constant transposed(NodeProto n, OnnxFile.Constant x) {
    if (x.dims().length != 2
        || !Arrays.equals(OnnxFile.integers(n, "perm", 1, 0), new int[] {1, 0})) {
      return null;
    }
    int rows = x.dim(0);
    int columns = x.dim(1);
    double[] v = new double[x.values().length];
    for (int i = 0; i < v.length; i++) {
      v[i] = x.values()[i % rows * columns + i / rows];
    }
    return new OnnxFile.Constant(v, new long[] {columns, rows});
  }

  private static OnnxFile.Constant join(List<OnnxFile.Constant> in) {
    double[] v = in.stream().flatMapToDouble(c -> DoubleStream.of(c.values())).toArray();
    return new OnnxFile.Constant(v, new long[] {v.length});
  }

  private static OnnxFile.Constant gather(NodeProto n, OnnxFile.Constant x, OnnxFile.Constant at) {
    if (x.dims().length != 1 || OnnxFile.integer(n, "axis", 0) != 0) {
      return null;
    }
    double[] v = new double[at.values().length];
    for (int i = 0; i < v.length; i++) {
      int j = (int) at.values()[i];
      v[i] = x.values()[j < 0 ? j + x.values().length : j];
    }
    return new OnnxFile.Constant(v, at.dims());
  }

  private static OnnxFile.Constant slice(List<OnnxFile.Constant> in) {
    OnnxFile.Constant x = in.getFirst();
    if (x.dims().length != 1 || in.size() < 3 || in.size() > 4) {
      return null;
    }
    int n = x.values().length;
    int from = bound(in.get(1).values()[0], n);
    int to = Math.max(from, bound(in.get(2).values()[0], n));
    double[] v = Arrays.copyOfRange(x.values(), from, to);
    return new OnnxFile.Constant(v, new long[] {v.length});
  }

  private static int bound(double v, int n) {
    return (int) Math.clamp(v < 0 ? v + n : v, 0, n);
  }

  private static OnnxFile.Constant arithmetic(String op, OnnxFile.Constant a, OnnxFile.Constant b) {
    if (b.values().length != 1 && a.values().length != b.values().length) {
      return null;
    }
    double[] v = a.values().clone();
    for (int i = 0; i < v.length; i++) {
      double y = b.values()[b.values().length == 1 ? 0 : i];
      v[i] =
          switch (op) {
            case "Add" -> v[i] + y;
            case "Sub" -> v[i] - y;
            case "Mul" -> v[i] * y;
            default -> v[i] / y;
          };
    }
    return new OnnxFile.Constant(v, a.dims());
  }
}
