package org.bitloom.fixedpoint.network;

/**
 * The sliding window of a convolution or pooling.
 *
 * @param height rows of the kernel
 * @param width columns of the kernel
 * @param strideY rows between windows
 * @param strideX columns between windows
 * @param dilationY rows between taps
 * @param dilationX columns between taps
 * @param padTop rows before the map
 * @param padLeft columns before the map
 * @param padBottom rows after the map
 * @param padRight columns after the map
 */
public record Window(
    int height,
    int width,
    int strideY,
    int strideX,
    int dilationY,
    int dilationX,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  /** Checks the ranges. */
  public Window {
    if (Math.min(Math.min(height, width), Math.min(strideY, strideX)) < 1
        || Math.min(dilationY, dilationX) < 1) {
      throw new IllegalArgumentException("kernel, stride and dilation must be at least 1");
    }
    if (Math.min(Math.min(padTop, padLeft), Math.min(padBottom, padRight)) < 0) {
      throw new IllegalArgumentException("padding must not be negative");
    }
    if (Math.max(height, width) > 1 << 15
        || Math.max(strideY, strideX) > 1 << 15
        || Math.max(dilationY, dilationX) > 1 << 15
        || Math.max(Math.max(padTop, padLeft), Math.max(padBottom, padRight)) > 1 << 15) {
      throw new IllegalArgumentException("kernel, stride, dilation or padding exceeds 32768");
    }
  }

  /** A dense window without dilation and padding. */
  public static Window valid(int height, int width, int strideY, int strideX) {
    return new Window(height, width, strideY, strideX, 1, 1, 0, 0, 0, 0);
  }

  /** TensorFlow's SAME padding for a map of the given extents: the smaller half before. */
  public static Window same(
      int height,
      int width,
      int strideY,
      int strideX,
      int dilationY,
      int dilationX,
      int mapHeight,
      int mapWidth) {
    int ty = sameTotal(height, strideY, dilationY, mapHeight);
    int tx = sameTotal(width, strideX, dilationX, mapWidth);
    return new Window(
        height,
        width,
        strideY,
        strideX,
        dilationY,
        dilationX,
        ty / 2,
        tx / 2,
        ty - ty / 2,
        tx - tx / 2);
  }

  private static int sameTotal(int k, int stride, int dilation, int in) {
    int out = (in + stride - 1) / stride;
    return Math.max((out - 1) * stride + (k - 1) * dilation + 1 - in, 0);
  }

  /** Rows of the output for a map of {@code in} rows; below 1 if the window does not fit. */
  public int outHeight(int in) {
    return Math.floorDiv(in + padTop + padBottom - ((height - 1) * dilationY + 1), strideY) + 1;
  }

  /** Columns of the output for a map of {@code in} columns; below 1 if the window does not fit. */
  public int outWidth(int in) {
    return Math.floorDiv(in + padLeft + padRight - ((width - 1) * dilationX + 1), strideX) + 1;
  }

  /** Number of taps. */
  public int taps() {
    return height * width;
  }
}
