package org.bitloom.trainer.layer;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Kernels} with the Vector API: a vector holds neighbouring channels. */
final class VectorKernels extends Kernels {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int TILE = 8; // windows, or channels, that share a load

  @Override
  boolean direct(int channels, int filters) {
    return channels % TILE == 0 && filters % L == 0;
  }

  @Override
  void scale(float[] x, float[] y, int pixels, float[] a, float[] b) {
    int n = a.length;
    if (n % L != 0) {
      super.scale(x, y, pixels, a, b);
      return;
    }
    for (int c = 0; c < n; c += L) {
      FloatVector va = FloatVector.fromArray(S, a, c);
      FloatVector vb = FloatVector.fromArray(S, b, c);
      for (int i = c; i < pixels * n; i += n) {
        FloatVector.fromArray(S, x, i).fma(va, vb).intoArray(y, i);
      }
    }
  }

  @Override
  void combine(float[] x, float[] y, float[] z, int pixels, float[] a, float[] b, float[] c) {
    int n = a.length;
    if (n % L != 0) {
      super.combine(x, y, z, pixels, a, b, c);
      return;
    }
    for (int k = 0; k < n; k += L) {
      FloatVector va = FloatVector.fromArray(S, a, k);
      FloatVector vb = FloatVector.fromArray(S, b, k);
      FloatVector vc = FloatVector.fromArray(S, c, k);
      for (int i = k; i < pixels * n; i += n) {
        FloatVector inner = FloatVector.fromArray(S, y, i).fma(vb, vc);
        FloatVector.fromArray(S, x, i).fma(va, inner).intoArray(z, i);
      }
    }
  }

  @Override
  void sums(float[] x, float[] y, int first, int pixels, float[] sum, float[] dot) {
    int n = sum.length;
    if (n % L != 0) {
      super.sums(x, y, first, pixels, sum, dot);
      return;
    }
    for (int c = 0; c < n; c += L) {
      FloatVector s = FloatVector.fromArray(S, sum, c);
      FloatVector d = FloatVector.fromArray(S, dot, c);
      for (int i = first * n + c; i < (first + pixels) * n; i += n) {
        FloatVector v = FloatVector.fromArray(S, x, i);
        s = s.add(v);
        d = v.fma(FloatVector.fromArray(S, y, i), d);
      }
      s.intoArray(sum, c);
      d.intoArray(dot, c);
    }
  }

  @Override
  void multiplyAdd(float[] x, int from, float[] w, int at, float[] y, int to, int length) {
    int i = 0;
    for (; i <= length - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, from + i);
      FloatVector sum = FloatVector.fromArray(S, y, to + i);
      v.fma(FloatVector.fromArray(S, w, at + i), sum).intoArray(y, to + i);
    }
    super.multiplyAdd(x, from + i, w, at + i, y, to + i, length - i);
  }

  @Override
  void bias(float[] b, float[] y, int pixels) {
    int n = b.length;
    if (n % L != 0) {
      super.bias(b, y, pixels);
      return;
    }
    for (int c = 0; c < n; c += L) {
      FloatVector v = FloatVector.fromArray(S, b, c);
      for (int i = c; i < pixels * n; i += n) {
        FloatVector.fromArray(S, y, i).add(v).intoArray(y, i);
      }
    }
  }

  @Override
  void max4(float[] x, int upper, int lower, float[] y, int to, int columns, int channels) {
    if (channels % L != 0) {
      super.max4(x, upper, lower, y, to, columns, channels);
      return;
    }
    for (int q = 0; q < columns; q++) {
      for (int c = 0; c < channels; c += L) {
        int i = 2 * q * channels + c;
        FloatVector a =
            FloatVector.fromArray(S, x, upper + i)
                .max(FloatVector.fromArray(S, x, upper + i + channels));
        FloatVector b =
            FloatVector.fromArray(S, x, lower + i)
                .max(FloatVector.fromArray(S, x, lower + i + channels));
        a.max(b).intoArray(y, to + q * channels + c);
      }
    }
  }

  @Override
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
    if (channels % L != 0) {
      super.max4Backward(x, upper, lower, y, dy, to, dx, columns, channels);
      return;
    }
    FloatVector zero = FloatVector.zero(S);
    for (int q = 0; q < columns; q++) {
      for (int c = 0; c < channels; c += L) {
        int a = upper + 2 * q * channels + c;
        int d = lower + 2 * q * channels + c;
        FloatVector m = FloatVector.fromArray(S, y, to + q * channels + c);
        FloatVector g = FloatVector.fromArray(S, dy, to + q * channels + c);
        VectorMask<Float> first = FloatVector.fromArray(S, x, a).compare(VectorOperators.EQ, m);
        VectorMask<Float> second =
            FloatVector.fromArray(S, x, a + channels).compare(VectorOperators.EQ, m).andNot(first);
        VectorMask<Float> taken = first.or(second);
        VectorMask<Float> third =
            FloatVector.fromArray(S, x, d).compare(VectorOperators.EQ, m).andNot(taken);
        zero.blend(g, first).intoArray(dx, a);
        zero.blend(g, second).intoArray(dx, a + channels);
        zero.blend(g, third).intoArray(dx, d);
        g.blend(zero, taken.or(third)).intoArray(dx, d + channels);
      }
    }
  }

  @Override
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
    if (columns < TILE) {
      super.convolve(
          x, from, rowStep, tapStep, step, rows, taps, channels, w, y, to, columns, filters);
      return;
    }
    for (int k = 0; k < filters; k += L) {
      for (int q = 0; q < columns; q += TILE) {
        int first = Math.min(q, columns - TILE); // the last tile may overlap the one before
        tile(
            x,
            from + first * step,
            rowStep,
            tapStep,
            step,
            rows,
            taps,
            channels,
            w,
            k,
            y,
            to + first * filters + k,
            filters);
      }
    }
  }

  private static void tile(
      float[] x,
      int from,
      int rowStep,
      int tapStep,
      int step,
      int rows,
      int taps,
      int channels,
      float[] w,
      int k,
      float[] y,
      int to,
      int filters) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    int at = k;
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < taps; t++) {
        int begin = from + r * rowStep + t * tapStep;
        for (int i = begin; i < begin + channels; i++, at += filters) {
          FloatVector v = FloatVector.fromArray(S, w, at);
          a0 = v.fma(FloatVector.broadcast(S, x[i]), a0);
          a1 = v.fma(FloatVector.broadcast(S, x[i + step]), a1);
          a2 = v.fma(FloatVector.broadcast(S, x[i + 2 * step]), a2);
          a3 = v.fma(FloatVector.broadcast(S, x[i + 3 * step]), a3);
          a4 = v.fma(FloatVector.broadcast(S, x[i + 4 * step]), a4);
          a5 = v.fma(FloatVector.broadcast(S, x[i + 5 * step]), a5);
          a6 = v.fma(FloatVector.broadcast(S, x[i + 6 * step]), a6);
          a7 = v.fma(FloatVector.broadcast(S, x[i + 7 * step]), a7);
        }
      }
    }
    a0.intoArray(y, to);
    a1.intoArray(y, to + filters);
    a2.intoArray(y, to + 2 * filters);
    a3.intoArray(y, to + 3 * filters);
    a4.intoArray(y, to + 4 * filters);
    a5.intoArray(y, to + 5 * filters);
    a6.intoArray(y, to + 6 * filters);
    a7.intoArray(y, to + 7 * filters);
  }

  @Override
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
    for (int k = 0; k < filters; k += L) {
      for (int c = 0; c < channels; c += TILE) {
        int d = to + c * filters + k;
        FloatVector a0 = FloatVector.fromArray(S, dw, d);
        FloatVector a1 = FloatVector.fromArray(S, dw, d + filters);
        FloatVector a2 = FloatVector.fromArray(S, dw, d + 2 * filters);
        FloatVector a3 = FloatVector.fromArray(S, dw, d + 3 * filters);
        FloatVector a4 = FloatVector.fromArray(S, dw, d + 4 * filters);
        FloatVector a5 = FloatVector.fromArray(S, dw, d + 5 * filters);
        FloatVector a6 = FloatVector.fromArray(S, dw, d + 6 * filters);
        FloatVector a7 = FloatVector.fromArray(S, dw, d + 7 * filters);
        int g = at + k;
        for (int r = 0; r < rows; r++) {
          int i = from + r * rowStep + c;
          for (int q = 0; q < columns; q++, i += step, g += filters) {
            FloatVector v = FloatVector.fromArray(S, dy, g);
            a0 = v.fma(FloatVector.broadcast(S, x[i]), a0);
            a1 = v.fma(FloatVector.broadcast(S, x[i + 1]), a1);
            a2 = v.fma(FloatVector.broadcast(S, x[i + 2]), a2);
            a3 = v.fma(FloatVector.broadcast(S, x[i + 3]), a3);
            a4 = v.fma(FloatVector.broadcast(S, x[i + 4]), a4);
            a5 = v.fma(FloatVector.broadcast(S, x[i + 5]), a5);
            a6 = v.fma(FloatVector.broadcast(S, x[i + 6]), a6);
            a7 = v.fma(FloatVector.broadcast(S, x[i + 7]), a7);
          }
        }
        a0.intoArray(dw, d);
        a1.intoArray(dw, d + filters);
        a2.intoArray(dw, d + 2 * filters);
        a3.intoArray(dw, d + 3 * filters);
        a4.intoArray(dw, d + 4 * filters);
        a5.intoArray(dw, d + 5 * filters);
        a6.intoArray(dw, d + 6 * filters);
        a7.intoArray(dw, d + 7 * filters);
      }
    }
  }
}
