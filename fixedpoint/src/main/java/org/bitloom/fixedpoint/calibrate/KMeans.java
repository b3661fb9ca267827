package org.bitloom.fixedpoint.calibrate;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** One-dimensional k-means (Lloyd) for code books. */
public final class KMeans {
  private static final int ROUNDS = 100;

  private KMeans() {}

  /** Where the centroids begin. */
  public enum Start {
    /** Evenly between the extremes; keeps rare large weights. */
    LINEAR,
    /** Evenly over the sorted values; follows the density. */
    DENSITY,
    /** Values drawn from a seed. */
    RANDOM;

    /** The start of a name, without regard to case. */
    public static Start of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** At most {@code k} centroids of the values, ascending. */
  public static double[] centroids(float[] values, int k, Start start, long seed) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] c = begin(sorted, k, start, seed);
    for (int round = 0; round < ROUNDS; round++) {
      double[] sum = new double[k];
      int[] count = new int[k];
      for (float v : sorted) {
        int n = nearest(c, v);
        sum[n] += v;
        count[n]++;
      }
      boolean moved = false;
      for (int i = 0; i < k; i++) {
        double mean = count[i] == 0 ? c[i] : sum[i] / count[i];
        moved |= mean != c[i];
        c[i] = mean;
      }
      if (!moved) {
        break;
      }
      Arrays.sort(c);
    }
    return c;
  }

  private static double[] begin(float[] sorted, int k, Start start, long seed) {
    double[] c = new double[k];
    int n = sorted.length;
    SplittableRandom r = new SplittableRandom(seed);
    for (int i = 0; i < k; i++) {
      c[i] =
          switch (start) {
            case LINEAR ->
                k == 1
                    ? sorted[n / 2]
                    : sorted[0] + (sorted[n - 1] - (double) sorted[0]) * i / (k - 1);
            case DENSITY -> sorted[(int) ((i + 0.5) * n / k)];
            case RANDOM -> sorted[r.nextInt(n)];
          };
    }
    Arrays.sort(c);
    return c;
  }

  /** Index of the centroid nearest to a value; the lower of two equally near. */
  public static int nearest(double[] c, double v) {
    int best = 0;
    for (int i = 1; i < c.length; i++) {
      if (Math.abs(c[i] - v) < Math.abs(c[best] - v)) {
        best = i;
      }
    }
    return best;
  }
}
