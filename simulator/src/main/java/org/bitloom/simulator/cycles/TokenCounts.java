package org.bitloom.simulator.cycles;

import java.util.Arrays;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.plan.Layout;

/**
 * How many tokens, and how many non-zero codes, lie before each pixel of each slice: differences
 * give any segment's count. One pass over the map counts for all slices at once what {@link
 * org.bitloom.fixedpoint.rle.RunLengthCode#count} defines for one.
 */
final class TokenCounts {
  private final int[][] tokens; // [slice][pixel in storage order], exclusive prefix sums
  private final int[][] nonzero;
  private final int maxRun;
  private final int zero;

  TokenCounts(CodeTensor tensor, Layout layout, int runBits) {
    int s = layout.slices();
    this.maxRun = (1 << runBits) - 1;
    this.zero = layout.zero();
    tokens = new int[s][];
    nonzero = new int[s][];
    for (int slice = 0; slice < s; slice++) {
      tokens[slice] = new int[layout.shape().height() * layout.pixels(slice) + 1];
      nonzero[slice] = new int[tokens[slice].length];
    }
    int[] codes = tensor.toArray();
    if (layout.columns()) {
      byColumn(codes, layout);
    } else if (layout.perPixel() <= maxRun + 1) {
      byChannelOfShortPixels(codes, layout);
    } else {
      byChannel(codes, layout);
    }
  }

  private void byColumn(int[] codes, Layout layout) {
    int channels = layout.shape().channels();
    int width = layout.shape().width();
    int[] at = new int[layout.slices()];
    for (int pixel = 0; pixel < width * layout.shape().height(); pixel++) {
      int s = pixel % width % layout.slices();
      int i = at[s]++;
      int end = (pixel + 1) * channels;
      int tok = 0;
      int nz = 0;
      int run = 0;
      for (int c = pixel * channels; c < end; c++) {
        if (codes[c] != zero) {
          tok++;
          nz++;
          run = 0;
        } else if (c < end - 1 && run++ == maxRun) {
          tok++;
          run = 0;
        }
      }
      tokens[s][i + 1] = tokens[s][i] + Math.max(tok, 1);
      nonzero[s][i + 1] = nonzero[s][i] + nz;
    }
  }

  /**
   * No run of such a pixel can be too long: every non-zero code is a token, and a pixel has one.
   */
  private void byChannelOfShortPixels(int[] codes, Layout layout) {
    int channels = layout.shape().channels();
    int pixels = layout.shape().height() * layout.shape().width();
    int s = layout.slices();
    for (int slice = 0; slice < s; slice++) {
      int[] tok = tokens[slice];
      int[] nz = nonzero[slice];
      for (int pixel = 0; pixel < pixels; pixel++) {
        int end = (pixel + 1) * channels;
        int n = 0;
        for (int c = pixel * channels + slice; c < end; c += s) {
          n += codes[c] != zero ? 1 : 0;
        }
        tok[pixel + 1] = tok[pixel] + Math.max(n, 1);
        nz[pixel + 1] = nz[pixel] + n;
      }
    }
  }

  private void byChannel(int[] codes, Layout layout) {
    int channels = layout.shape().channels();
    int pixels = layout.shape().height() * layout.shape().width();
    int s = layout.slices();
    int mask = s - 1; // slices are a power of two
    int beyond = layout.perPixel() * s; // channels that do not exist count as zero
    int end = beyond - s; // a slice's last element: its zeros are implied
    int[] tok = new int[s];
    int[] nz = new int[s];
    int[] run = new int[s];
    for (int pixel = 0; pixel < pixels; pixel++) {
      int from = pixel * channels;
      Arrays.fill(run, 0);
      Arrays.fill(tok, 0);
      Arrays.fill(nz, 0);
      for (int c = 0; c < channels; c++) {
        int slice = c & mask;
        if (codes[from + c] != zero) {
          tok[slice]++;
          nz[slice]++;
          run[slice] = 0;
        } else if (c < end && run[slice]++ == maxRun) {
          tok[slice]++;
          run[slice] = 0;
        }
      }
      for (int slice = 0; slice < s; slice++) {
        tokens[slice][pixel + 1] = tokens[slice][pixel] + Math.max(tok[slice], 1);
        nonzero[slice][pixel + 1] = nonzero[slice][pixel] + nz[slice];
      }
    }
  }

  /** Tokens of a slice's pixels {@code from} to {@code to} (exclusive), in storage order. */
  int tokens(int slice, int from, int to) {
    return tokens[slice][to] - tokens[slice][from];
  }

  /** Non-zero codes of the same pixels. */
  int nonzero(int slice, int from, int to) {
    return nonzero[slice][to] - nonzero[slice][from];
  }

  /**
   * Adds, for each own pixel of a row and the one after the last, how many tokens and non-zero
   * codes lie before it in that row.
   *
   * @param row index of the row's first pixel in storage order
   * @param pixels own pixels of a row
   */
  void addRow(int slice, int row, int pixels, int[] tokensBefore, int[] nonzeroBefore) {
    int[] tok = tokens[slice];
    int[] nz = nonzero[slice];
    int tok0 = tok[row];
    int nz0 = nz[row];
    for (int i = 0; i <= pixels; i++) {
      tokensBefore[i] += tok[row + i] - tok0;
      nonzeroBefore[i] += nz[row + i] - nz0;
    }
  }

  /** Tokens of the whole tensor, all slices. */
  long total() {
    return sum(tokens);
  }

  /** Non-zero codes of the whole tensor. */
  long totalNonzero() {
    return sum(nonzero);
  }

  private static long sum(int[][] counts) {
    long n = 0;
    for (int[] t : counts) {
      n += t[t.length - 1];
    }
    return n;
  }
}
