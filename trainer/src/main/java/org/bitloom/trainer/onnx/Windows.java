package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;

/** The window of a convolution or pooling node; one-dimensional ones run along columns. */
final class Windows {
  private Windows() {}

  /**
   * Reads kernel, strides, dilations and padding.
   *
   * @param kernel from the weights, or null for {@code kernel_shape}
   */
  static Window of(NodeProto n, Shape in, int[] kernel, boolean oneDimensional) {
    int dims = oneDimensional ? 1 : 2;
    int[] k = OnnxFile.integers(n, "kernel_shape", kernel == null ? new int[0] : kernel);
    int[] s = OnnxFile.integers(n, "strides", ones(dims));
    int[] d = OnnxFile.integers(n, "dilations", ones(dims));
    int[] p = OnnxFile.integers(n, "pads", new int[2 * dims]);
    if (k.length != dims || s.length != dims || d.length != dims || p.length != 2 * dims) {
      throw new IllegalArgumentException("a window of " + k.length + " extents on " + in);
    }
    int kh = oneDimensional ? 1 : k[0];
    int kw = k[dims - 1];
    int sh = oneDimensional ? 1 : s[0];
    int sw = s[dims - 1];
    int dh = oneDimensional ? 1 : d[0];
    int dw = d[dims - 1];
    Window explicit =
        new Window(
            kh,
            kw,
            sh,
            sw,
            dh,
            dw,
            oneDimensional ? 0 : p[0],
            p[dims - 1],
            oneDimensional ? 0 : p[2],
            p[2 * dims - 1]);
    Window w =
        switch (OnnxFile.text(n, "auto_pad", "NOTSET")) {
          case "NOTSET", "" -> explicit;
          case "VALID" -> new Window(kh, kw, sh, sw, dh, dw, 0, 0, 0, 0);
          case "SAME_UPPER" -> Window.same(kh, kw, sh, sw, dh, dw, in.height(), in.width());
          case "SAME_LOWER" -> lower(Window.same(kh, kw, sh, sw, dh, dw, in.height(), in.width()));
          default ->
              throw new IllegalArgumentException(
                  "auto_pad " + OnnxFile.printable(OnnxFile.text(n, "auto_pad", "")));
        };
    return OnnxFile.integer(n, "ceil_mode", 0) == 0 ? w : ceiled(w, in);
  }

  private static int[] ones(int n) {
    return n == 1 ? new int[] {1} : new int[] {1, 1};
  }

  /** The larger half before. */
  private static Window lower(Window w) {
    return new Window(
        w.height(),
        w.width(),
        w.strideY(),
        w.strideX(),
        w.dilationY(),
        w.dilationX(),
        w.padBottom(),
        w.padRight(),
        w.padTop(),
        w.padLeft());
  }

  /** Rows and columns after the map so that a last window which begins on it fits. */
  private static Window ceiled(Window w, Shape in) {
    int down =
        more(
            in.height() + w.padTop() + w.padBottom(),
            w.height(),
            w.strideY(),
            in.height() + w.padTop());
    int right =
        more(
            in.width() + w.padLeft() + w.padRight(),
            w.width(),
            w.strideX(),
            in.width() + w.padLeft());
    return new Window(
        w.height(),
        w.width(),
        w.strideY(),
        w.strideX(),
        w.dilationY(),
        w.dilationX(),
        w.padTop(),
        w.padLeft(),
        w.padBottom() + down,
        w.padRight() + right);
  }

  private static int more(int extent, int kernel, int stride, int end) {
    int rest = Math.floorMod(extent - kernel, stride);
    int next = extent - kernel - rest + stride; // where one more window begins
    return rest == 0 || extent < kernel || next >= end ? 0 : stride - rest;
  }
}
