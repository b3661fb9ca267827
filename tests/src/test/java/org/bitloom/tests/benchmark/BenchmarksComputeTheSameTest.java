package org.bitloom.tests.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.SplittableRandom;
import org.bitloom.trainer.blas.Blas;
import org.junit.jupiter.api.Test;

class BenchmarksComputeTheSameTest {

  @Test
  void bothMatrixProductsAgree() {
    SplittableRandom r = new SplittableRandom(1);
    for (int[] s : new int[][] {{1, 1, 1}, {5, 3, 7}, {9, 16, 4}, {6, 33, 20}}) {
      float[] a = new float[s[0] * s[2]];
      float[] b = new float[s[2] * s[1]];
      for (int i = 0; i < a.length; i++) {
        a[i] = (float) r.nextDouble(-1, 1);
      }
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) r.nextDouble(-1, 1);
      }
      float[] c = new float[s[0] * s[1]];
      float[] d = new float[s[0] * s[1]];
      Blas.multiply(false, false, s[0], s[1], s[2], a, b, 0, c);
      MatrixProductBenchmark.multiply(s[0], s[1], s[2], a, b, d);
      assertArrayEquals(c, d, 1e-5f);
    }
  }
}
