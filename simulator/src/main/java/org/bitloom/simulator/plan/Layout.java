package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Where a tensor lies in the feature memories. Dealt by channel, slice s holds channels s, s + S,
 * ... of every pixel, channels beyond the last counting as zero; dealt by column, slice s holds
 * columns s, s + S, ... whole.
 *
 * @param shape {@code [y][x][c]} as stored
 * @param columns whether it is dealt by column
 * @param slices S
 * @param zero the code that counts as zero
 * @param base address of the first token, the same in every slice
 * @param rowBase index of the first row's pointer
 */
public record Layout(Shape shape, boolean columns, int slices, int zero, int base, int rowBase) {

  /** Codes of a pixel in one slice. */
  public int perPixel() {
    return columns ? shape.channels() : Math.ceilDiv(shape.channels(), slices);
  }

  /** Pixels of a row in a slice. */
  public int pixels(int slice) {
    return columns ? Math.ceilDiv(Math.max(shape.width() - slice, 0), slices) : shape.width();
  }

  /** Column of a slice's pixel {@code i} of a row. */
  public int column(int slice, int i) {
    return columns ? slice + i * slices : i;
  }

  /**
   * Channel of element {@code e} of a slice's pixel; at or beyond the shape's channels it does not
   * exist.
   */
  public int channel(int slice, int e) {
    return columns ? e : slice + e * slices;
  }

  /** The most tokens the tensor can need in any slice. */
  public long worstTokens() {
    return (long) shape.height() * pixels(0) * perPixel();
  }

  /**
   * The codes of a slice's pixel {@code i} of row {@code y}, into {@code pixel} of {@link
   * #perPixel()} elements.
   */
  public void pixel(CodeTensor t, int slice, int y, int i, int[] pixel) {
    int at = (y * shape.width() + column(slice, i)) * shape.channels();
    for (int e = 0; e < pixel.length; e++) {
      int c = channel(slice, e);
      pixel[e] = c < shape.channels() ? t.get(at + c) : zero;
    }
  }

  /** The same tensor at another place. */
  Layout at(int newBase, int newRowBase) {
    return new Layout(shape, columns, slices, zero, newBase, newRowBase);
  }
}
