package org.bitloom.trainer.layer;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/** Windows of a map as rows of a matrix ({@code im2col}) and the adjoint. */
final class Unfold {
  private final Shape in;
  private final Window w;
  private final int rows;
  private final int cols;

  Unfold(Shape in, Window window, int outHeight, int outWidth) {
    this.in = in;
    this.w = window;
    this.rows = outHeight;
    this.cols = outWidth;
  }

  /** Elements of one window, {@code r s c}. */
  int rowLength() {
    return w.taps() * in.channels();
  }

  void gather(float[] x, int from, float[] columns, int at) {
    int c = in.channels();
    for (int oy = 0; oy < rows; oy++) {
      for (int ox = 0; ox < cols; ox++) {
        int x0 = ox * w.strideX() - w.padLeft();
        for (int r = 0; r < w.height(); r++) {
          int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
          boolean inside = y >= 0 && y < in.height();
          if (inside && w.dilationX() == 1 && x0 >= 0 && x0 + w.width() <= in.width()) {
            System.arraycopy(x, from + (y * in.width() + x0) * c, columns, at, w.width() * c);
            at += w.width() * c;
            continue;
          }
          for (int s = 0; s < w.width(); s++, at += c) {
            int column = x0 + s * w.dilationX();
            if (inside && column >= 0 && column < in.width()) {
              System.arraycopy(x, from + (y * in.width() + column) * c, columns, at, c);
            } else {
              Arrays.fill(columns, at, at + c, 0);
            }
          }
        }
      }
    }
  }

  void scatter(float[] columns, int at, float[] dx, int from) {
    int c = in.channels();
    for (int oy = 0; oy < rows; oy++) {
      for (int ox = 0; ox < cols; ox++) {
        for (int r = 0; r < w.height(); r++) {
          int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
          for (int s = 0; s < w.width(); s++, at += c) {
            int column = ox * w.strideX() - w.padLeft() + s * w.dilationX();
            if (y >= 0 && y < in.height() && column >= 0 && column < in.width()) {
              int to = from + (y * in.width() + column) * c;
              for (int i = 0; i < c; i++) {
                dx[to + i] += columns[at + i];
              }
            }
          }
        }
      }
    }
  }
}
