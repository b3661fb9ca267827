package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * The windows of a map as rows of a matrix ({@code im2col}) and the adjoint: row {@code oy *
 * outWidth + ox} holds the window's elements in the order {@code [r][s][c]}, zero where it lies in
 * the padding.
 */
public final class Unfold {
  private final Shape in;
  private final Window w;
  private final int rows;
  private final int cols;

  /** For maps of a shape. */
  public Unfold(Shape in, Window window) {
    this.in = in;
    this.w = window;
    this.rows = window.outHeight(in.height());
    this.cols = window.outWidth(in.width());
  }

  /** Elements of one window. */
  public int rowLength() {
    return w.taps() * in.channels();
  }

  /** Elements of all windows of a map. */
  public int size() {
    return rows * cols * rowLength();
  }

  /** Writes the windows of the map at {@code x[from]} to {@code columns} at {@code at}. */
  public void gather(float[] x, int from, float[] columns, int at) {
    int c = in.channels();
    int to = at;
    for (int oy = 0; oy < rows; oy++) {
      for (int ox = 0; ox < cols; ox++) {
        int x0 = ox * w.strideX() - w.padLeft();
        boolean whole = w.dilationX() == 1 && x0 >= 0 && x0 + w.width() <= in.width();
        for (int r = 0; r < w.height(); r++) {
          int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
          if (whole && y >= 0 && y < in.height()) {
            int length = w.width() * c;
            int start = from + (y * in.width() + x0) * c;
            for (int i = 0; i < length; i++) { // short rows: a plain loop beats a call
              columns[to + i] = x[start + i];
            }
            to += length;
            continue;
          }
          for (int s = 0; s < w.width(); s++, to += c) {
            int column = x0 + s * w.dilationX();
            if (y >= 0 && y < in.height() && column >= 0 && column < in.width()) {
              System.arraycopy(x, from + (y * in.width() + column) * c, columns, to, c);
            } else {
              Arrays.fill(columns, to, to + c, 0);
            }
          }
        }
      }
    }
  }

  /** Adds the windows at {@code columns[at]} to the map at {@code dx[from]}. */
  public void scatter(float[] columns, int at, float[] dx, int from) {
    int c = in.channels();
    int next = at;
    for (int oy = 0; oy < rows; oy++) {
      for (int ox = 0; ox < cols; ox++) {
        for (int r = 0; r < w.height(); r++) {
          int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
          for (int s = 0; s < w.width(); s++, next += c) {
            int column = ox * w.strideX() - w.padLeft() + s * w.dilationX();
            if (y >= 0 && y < in.height() && column >= 0 && column < in.width()) {
              int to = from + (y * in.width() + column) * c;
              for (int i = 0; i < c; i++) {
                dx[to + i] += columns[next + i];
              }
            }
          }
        }
      }
    }
  }
}
