package org.bitloom.trainer.onnx;

import org.bitloom.fixedpoint.tensor.Shape;

/**
 * How the elements of a vector lie in ONNX: element j there is element {@code of[j]} here. A
 * flattened NCHW map lies otherwise than a flattened NHWC one.
 *
 * @param of null for the same order
 */
record Order(int[] of) {
  static final Order SAME = new Order(null);

  /** A flattened map. */
  static Order channelFirst(Shape s) {
    int pixels = s.height() * s.width();
    if (pixels == 1 || s.channels() == 1) {
      return SAME;
    }
    int[] o = new int[s.size()];
    for (int c = 0; c < s.channels(); c++) {
      for (int p = 0; p < pixels; p++) {
        o[c * pixels + p] = p * s.channels() + c;
      }
    }
    return new Order(o);
  }

  /** Rows of a matrix from our order to ONNX's. */
  float[] toOnnx(float[] w, int rows) {
    float[] t = new float[w.length];
    int n = rows == 0 ? 0 : w.length / rows;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j++) {
        t[r * n + j] = w[r * n + at(j)];
      }
    }
    return t;
  }

  /** Rows of a matrix from ONNX's order to ours. */
  float[] fromOnnx(float[] w, int rows) {
    float[] t = new float[w.length];
    int n = rows == 0 ? 0 : w.length / rows;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < n; j++) {
        t[r * n + at(j)] = w[r * n + j];
      }
    }
    return t;
  }

  private int at(int j) {
    return of == null ? j : of[j];
  }

  /** Two vectors of {@code n} and {@code m} elements, joined. */
  Order then(int n, Order next, int m) {
    if (of == null && next.of == null) {
      return SAME;
    }
    int[] o = new int[n + m];
    for (int j = 0; j < n; j++) {
      o[j] = at(j);
    }
    for (int j = 0; j < m; j++) {
      o[n + j] = n + next.at(j);
    }
    return new Order(o);
  }
}
