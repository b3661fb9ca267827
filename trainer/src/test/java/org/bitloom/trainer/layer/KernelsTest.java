package org.bitloom.trainer.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector loops give the very bits of their definitions. */
class KernelsTest {
  private final SplittableRandom random = new SplittableRandom(5);

  private float[] reals(int n) {
    float[] v = new float[n];
    for (int i = 0; i < n; i++) {
      v[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextGaussian();
    }
    return v;
  }

  private static void same(float[] begin, Consumer<float[]> a, Consumer<float[]> b) {
    float[] x = begin.clone();
    float[] y = begin.clone();
    a.accept(x);
    b.accept(y);
    assertArrayEquals(x, y);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 24, 32, 64})
  void vectorsComputeTheDefinitions(int c) {
    assertTrue(Kernels.BEST instanceof VectorKernels, "the tests run with the Vector API");
    Kernels k = new Kernels();
    Kernels v = Kernels.BEST;
    int pixels = 40;
    float[] x = reals(pixels * c);
    float[] w = reals(pixels * c);
    float[] a = reals(c);
    float[] b = reals(c);
    float[] d = reals(c);
    same(reals(x.length), y -> k.scale(x, y, pixels, a, b), y -> v.scale(x, y, pixels, a, b));
    same(
        reals(x.length),
        y -> k.combine(x, w, y, pixels, a, b, d),
        y -> v.combine(x, w, y, pixels, a, b, d));
    same(a, y -> k.sums(x, w, 3, 20, y, b.clone()), y -> v.sums(x, w, 3, 20, y, b.clone()));
    same(a, y -> k.sums(x, w, 3, 20, b.clone(), y), y -> v.sums(x, w, 3, 20, b.clone(), y));
    same(x, y -> k.bias(a, y, pixels), y -> v.bias(a, y, pixels));
    same(
        x,
        y -> k.multiplyAdd(w, 1, w, 2, y, 3, pixels * c - 5),
        y -> v.multiplyAdd(w, 1, w, 2, y, 3, pixels * c - 5));
    float[] small = new float[5 * c]; // 2 rows of 10 pixels to one of 5
    k.max4(x, 0, 10 * c, small, 0, 5, c);
    same(
        new float[5 * c],
        y -> k.max4(x, 0, 10 * c, y, 0, 5, c),
        y -> v.max4(x, 0, 10 * c, y, 0, 5, c));
    float[] dy = reals(5 * c);
    same(
        reals(20 * c),
        y -> k.max4Backward(x, 0, 10 * c, small, dy, 0, y, 5, c),
        y -> v.max4Backward(x, 0, 10 * c, small, dy, 0, y, 5, c));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void convolutions(int filters) {
    Kernels k = new Kernels();
    Kernels v = Kernels.BEST;
    int c = 8;
    float[] x = reals(12 * 14 * c);
    float[] w = reals(6 * c * filters);
    int row = 14 * c;
    same(
        reals(11 * filters),
        y -> k.convolve(x, row, row, c, c, 2, 3, c, w, y, 0, 11, filters),
        y -> v.convolve(x, row, row, c, c, 2, 3, c, w, y, 0, 11, filters));
    float[] dy = reals(10 * 11 * filters);
    same(
        reals(c * filters),
        y -> k.weights(x, 2 * c, row, c, c, dy, 0, 10, 11, filters, y, 0),
        y -> v.weights(x, 2 * c, row, c, c, dy, 0, 10, 11, filters, y, 0));
  }
}
