package org.bitloom.fixedpoint.network;

import org.bitloom.fixedpoint.tensor.Shape;

/** Multiply-accumulates of a convolution whose taps lie inside the map. */
final class MacCount {
  private MacCount() {}

  static long conv(Shape in, Shape out, Conv2d c) {
    Window w = c.window();
    long rows =
        positions(in.height(), out.height(), w.height(), w.strideY(), w.dilationY(), w.padTop());
    long cols =
        positions(in.width(), out.width(), w.width(), w.strideX(), w.dilationX(), w.padLeft());
    return rows * cols * out.channels() * c.weights().shape().dim(3);
  }

  private static long positions(int in, int out, int k, int stride, int dilation, int pad) {
    long n = 0;
    for (int o = 0; o < out; o++) {
      for (int t = 0; t < k; t++) {
        int p = o * stride - pad + t * dilation;
        if (p >= 0 && p < in) {
          n++;
        }
      }
    }
    return n;
  }
}
