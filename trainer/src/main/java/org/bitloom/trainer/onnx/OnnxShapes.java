package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import org.bitloom.fixedpoint.tensor.Shape;

/** Input shapes of models. */
final class OnnxShapes {
  private static final int LARGEST = 1 << 20;
  private static final int MOST = 1 << 26;

  private OnnxShapes() {}

  /** The shape of N, C, H, W; N, C, W or N, F, with fixed and reasonable extents. */
  static Shape input(OnnxFile file, TensorShapeProto s) {
    return input(file, s, false);
  }

  /** The same; {@code last} for N, H, W, C. */
  static Shape input(OnnxFile file, TensorShapeProto s, boolean last) {
    int n = s.getDimCount();
    if (n < 2 || n > 4) {
      throw file.fault("has an input of " + n + " extents", "export it with N, C, H, W");
    }
    int[] d = new int[n];
    long size = 1;
    for (int i = 1; i < n; i++) {
      long v = s.getDim(i).getDimValue();
      size *= Math.clamp(v, 0, LARGEST);
      if (v < 1 || v > LARGEST || size > MOST) {
        throw file.fault(
            "has an input of unknown or absurd extent " + i, "export it with fixed ones");
      }
      d[i] = (int) v;
    }
    return switch (n) {
      case 4 -> last ? Shape.of(d[1], d[2], d[3]) : Shape.of(d[2], d[3], d[1]);
      case 3 -> Shape.of(1, d[2], d[1]);
      default -> Shape.of(1, 1, d[1]);
    };
  }
}
