package org.bitloom.simulator.cycles;

import org.bitloom.fixedpoint.rle.RunLengthCode;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.plan.Layout;

/**
 * How many tokens, and how many non-zero codes, lie before each pixel of each slice: differences
 * give any segment's count.
 */
final class TokenCounts {
  private final int[][] tokens; // [slice][pixel in storage order], exclusive prefix sums
  private final int[][] nonzero;

  TokenCounts(CodeTensor tensor, Layout layout, int runBits) {
    RunLengthCode code = new RunLengthCode(runBits, layout.zero());
    int s = layout.slices();
    tokens = new int[s][];
    nonzero = new int[s][];
    int[] pixel = new int[layout.perPixel()];
    CodeTensor t = tensor.reshape(layout.shape());
    for (int slice = 0; slice < s; slice++) {
      int own = layout.pixels(slice);
      int[] a = new int[layout.shape().height() * own + 1];
      int[] b = new int[a.length];
      int at = 0;
      for (int y = 0; y < layout.shape().height(); y++) {
        for (int i = 0; i < own; i++, at++) {
          layout.pixel(t, slice, y, i, pixel);
          a[at + 1] = a[at] + code.count(pixel, 0, 1, pixel.length);
          b[at + 1] = b[at] + countNonzero(pixel, layout.zero());
        }
      }
      tokens[slice] = a;
      nonzero[slice] = b;
    }
  }

  private static int countNonzero(int[] pixel, int zero) {
    int n = 0;
    for (int v : pixel) {
      n += v != zero ? 1 : 0;
    }
    return n;
  }

  /** Tokens of a slice's pixels {@code from} to {@code to} (exclusive), in storage order. */
  int tokens(int slice, int from, int to) {
    return tokens[slice][to] - tokens[slice][from];
  }

  /** Non-zero codes of the same pixels. */
  int nonzero(int slice, int from, int to) {
    return nonzero[slice][to] - nonzero[slice][from];
  }

  /** Tokens of the whole tensor, all slices. */
  long total() {
    long n = 0;
    for (int[] t : tokens) {
      n += t[t.length - 1];
    }
    return n;
  }

  /** Non-zero codes of the whole tensor. */
  long totalNonzero() {
    long n = 0;
    for (int[] t : nonzero) {
      n += t[t.length - 1];
    }
    return n;
  }
}
