package org.bitloom.trainer.layer;

/**
 * Loops over channels and rows that the compiler does not vectorise by itself: pixels lie {@code
 * channels} apart, arrays are read at different offsets. This is the definition; {@link
 * VectorKernels} computes the same bits with the Vector API where the JVM has it.
 */
class Kernels {
  /** The fastest there is. */
  static final Kernels BEST = best();

  private static Kernels best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorKernels()
        : new Kernels();
  }

  /** Whether convolutions are computed directly, and not as products of matrices. */
  boolean direct(int channels, int filters) {
    return false;
  }

  /** {@code y = a x + b}, a and b by channel. */
  void scale(float[] x, float[] y, int pixels, float[] a, float[] b) {
    int n = a.length;
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < n; c++) {
        y[p * n + c] = Math.fma(x[p * n + c], a[c], b[c]);
      }
    }
  }

  /** {@code z = a x + b y + c}, a, b and c by channel. */
  void combine(float[] x, float[] y, float[] z, int pixels, float[] a, float[] b, float[] c) {
    int n = a.length;
    for (int p = 0; p < pixels; p++) {
      for (int k = 0; k < n; k++) {
        int i = p * n + k;
        z[i] = Math.fma(x[i], a[k], Math.fma(y[i], b[k], c[k]));
      }
    }
  }

  /** Adds to {@code sum} and {@code dot} the sums by channel of x and of x y, from a pixel on. */
  void sums(float[] x, float[] y, int first, int pixels, float[] sum, float[] dot) {
    int n = sum.length;
    for (int p = first; p < first + pixels; p++) {
      for (int c = 0; c < n; c++) {
        float v = x[p * n + c];
        sum[c] += v;
        dot[c] = Math.fma(v, y[p * n + c], dot[c]);
      }
    }
  }

  /** {@code y[to + i] += x[from + i] w[at + i]}. */
  void multiplyAdd(float[] x, int from, float[] w, int at, float[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      y[to + i] = Math.fma(x[from + i], w[at + i], y[to + i]);
    }
  }

  /** Adds {@code b} to every pixel. */
  void bias(float[] b, float[] y, int pixels) {
    int n = b.length;
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < n; c++) {
        y[p * n + c] += b[c];
      }
    }
  }

  /** {@code y = max} of the four pixels of a row pair, from two input rows on. */
  void max4(float[] x, int upper, int lower, float[] y, int to, int columns, int channels) {
    for (int q = 0; q < columns; q++) {
      for (int c = 0; c < channels; c++) {
        int i = 2 * q * channels + c;
        float a = Math.max(x[upper + i], x[upper + i + channels]);
        float b = Math.max(x[lower + i], x[lower + i + channels]);
        y[to + q * channels + c] = Math.max(a, b);
      }
    }
  }

  /** The way back: the first of the four that is the maximum takes the gradient. */
  void max4Backward(
      float[] x,
      int upper,
      int lower,
      float[] y,
      float[] dy,
      int to,
      float[] dx,
      int columns,
      int channels) {
    for (int q = 0; q < columns; q++) {
      for (int c = 0; c < channels; c++) {
        int i = 2 * q * channels + c;
        float m = y[to + q * channels + c];
        float g = dy[to + q * channels + c];
        int a = upper + i;
        int b = a + channels;
        int d = lower + i;
        int e = d + channels;
        boolean first = x[a] == m;
        boolean second = !first && x[b] == m;
        boolean third = !first && !second && x[d] == m;
        dx[a] = first ? g : 0;
        dx[b] = second ? g : 0;
        dx[d] = third ? g : 0;
        dx[e] = !first && !second && !third ? g : 0;
      }
    }
  }

  /**
   * One row of a convolution, {@code y[column][k] = sum over taps and c of x[...][c] w[tap][c][k]}:
   * only where {@link #direct} says so.
   *
   * @param x padded map
   * @param from where the row's first window begins
   * @param rowStep elements from one row of the map to the next tap's
   * @param tapStep elements from one tap to the next in a row
   * @param step elements from one window to the next
   */
  void convolve(
      float[] x,
      int from,
      int rowStep,
      int tapStep,
      int step,
      int rows,
      int taps,
      int channels,
      float[] w,
      float[] y,
      int to,
      int columns,
      int filters) {
    for (int q = 0; q < columns; q++) {
      for (int k = 0; k < filters; k++) {
        float sum = 0;
        for (int r = 0; r < rows; r++) {
          for (int t = 0; t < taps; t++) {
            int at = from + q * step + r * rowStep + t * tapStep;
            for (int c = 0; c < channels; c++) {
              sum = Math.fma(x[at + c], w[((r * taps + t) * channels + c) * filters + k], sum);
            }
          }
        }
        y[to + q * filters + k] = sum;
      }
    }
  }

  /**
   * {@code dw[c][k] += sum over windows of x[...][c] dy[...][k]} for one tap: only where {@link
   * #direct} says so.
   *
   * @param from where the tap meets the first window
   * @param rowStep elements from one row of windows to the next
   */
  void weights(
      float[] x,
      int from,
      int rowStep,
      int step,
      int channels,
      float[] dy,
      int at,
      int rows,
      int columns,
      int filters,
      float[] dw,
      int to) {
    for (int c = 0; c < channels; c++) {
      for (int k = 0; k < filters; k++) {
        float sum = dw[to + c * filters + k];
        for (int r = 0; r < rows; r++) {
          for (int q = 0; q < columns; q++) {
            sum =
                Math.fma(
                    x[from + r * rowStep + q * step + c],
                    dy[at + (r * columns + q) * filters + k],
                    sum);
          }
        }
        dw[to + c * filters + k] = sum;
      }
    }
  }
}
