package org.bitloom.tests.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.bitloom.fixedpoint.blas.Blas;
import org.bitloom.fixedpoint.tensor.CodeTensor;
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

  /**
   * ONNX Runtime rounds half to even in float32: codes of the last layer may be neighbours, never
   * further apart.
   */
  @Test
  void onnxRuntimeRunsTheSameNetwork() throws Exception {
    ExecutorBenchmark b = new ExecutorBenchmark();
    b.prepare();
    int different = 0;
    for (int i = 0; i < 32; i++) {
      CodeTensor image = b.image();
      byte[] theirs = b.onnxRuntime(image);
      CodeTensor ours = b.fast(image);
      for (int k = 0; k < 10; k++) {
        assertTrue(
            Math.abs(theirs[k] - ours.get(k)) <= 1, "code " + theirs[k] + " and " + ours.get(k));
        different += theirs[k] == ours.get(k) ? 0 : 1;
      }
    }
    assertTrue(different < 32, different + " of 320 codes differ");
  }
}
