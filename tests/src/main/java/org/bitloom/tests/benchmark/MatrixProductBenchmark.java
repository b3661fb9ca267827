package org.bitloom.tests.benchmark;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.bitloom.fixedpoint.blas.Blas;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The trainer's matrix products: OpenBLAS against a Vector API kernel, at the shapes of its
 * convolutions.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatrixProductBenchmark {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** m x n x k: windows of a chunk, filters, taps of a window. */
  @Param({"12544x16x9", "3136x32x144", "16x10x1568", "1024x64x576"})
  public String shape;

  private int m;
  private int n;
  private int k;
  private float[] a;
  private float[] b;
  private float[] c;

  /** Draws the matrices. */
  @Setup
  public void fill() {
    String[] s = shape.split("x");
    m = Integer.parseInt(s[0]);
    n = Integer.parseInt(s[1]);
    k = Integer.parseInt(s[2]);
    a = random(m * k);
    b = random(k * n);
    c = new float[m * n];
  }

  private static float[] random(int size) {
    SplittableRandom r = new SplittableRandom(1);
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      x[i] = (float) r.nextDouble(-1, 1);
    }
    return x;
  }

  /** OpenBLAS. */
  @Benchmark
  public float[] openBlas() {
    Blas.multiply(false, false, m, n, k, a, b, 0, c);
    return c;
  }

  /** Rows of C in vectors, four at a time, B read along its rows. */
  @Benchmark
  public float[] vectorApi() {
    multiply(m, n, k, a, b, c);
    return c;
  }

  /** {@code C = A B}, row major. */
  public static void multiply(int m, int n, int k, float[] a, float[] b, float[] c) {
    int lanes = SPECIES.length();
    for (int j = 0; j < n; j += lanes) {
      var mask = SPECIES.indexInRange(j, n);
      int i = 0;
      for (; i + 4 <= m; i += 4) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int p = 0; p < k; p++) {
          FloatVector row = FloatVector.fromArray(SPECIES, b, p * n + j, mask);
          s0 = row.fma(FloatVector.broadcast(SPECIES, a[i * k + p]), s0);
          s1 = row.fma(FloatVector.broadcast(SPECIES, a[(i + 1) * k + p]), s1);
          s2 = row.fma(FloatVector.broadcast(SPECIES, a[(i + 2) * k + p]), s2);
          s3 = row.fma(FloatVector.broadcast(SPECIES, a[(i + 3) * k + p]), s3);
        }
        s0.intoArray(c, i * n + j, mask);
        s1.intoArray(c, (i + 1) * n + j, mask);
        s2.intoArray(c, (i + 2) * n + j, mask);
        s3.intoArray(c, (i + 3) * n + j, mask);
      }
      for (; i < m; i++) {
        FloatVector s = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
          s =
              FloatVector.fromArray(SPECIES, b, p * n + j, mask)
                  .fma(FloatVector.broadcast(SPECIES, a[i * k + p]), s);
        }
        s.intoArray(c, i * n + j, mask);
      }
    }
  }
}
