package org.bitloom.trainer.train;

import java.util.List;

/**
 * Gradient clipping: each element to {@code [lo, hi]}, then the norm over all parameters to {@code
 * norm} (Pascanu et al., 2013).
 *
 * @param lo least element, or null
 * @param hi largest element, or null
 * @param norm largest norm, or null
 */
public record Clipping(Double lo, Double hi, Double norm) {
  /** None. */
  public static final Clipping NONE = new Clipping(null, null, null);

  /** Checks the ranges. */
  public Clipping {
    if (lo != null && hi != null && lo > hi || norm != null && !(norm > 0)) {
      throw new IllegalArgumentException("clipping needs lo <= hi and a positive norm");
    }
  }

  /** Clips in place and returns the norm before. */
  public double apply(List<float[]> gradients) {
    double sum = 0;
    for (float[] g : gradients) {
      for (int i = 0; i < g.length; i++) {
        if (lo != null && g[i] < lo) {
          g[i] = lo.floatValue();
        }
        if (hi != null && g[i] > hi) {
          g[i] = hi.floatValue();
        }
        sum += (double) g[i] * g[i];
      }
    }
    double length = Math.sqrt(sum);
    if (norm != null && length > norm) {
      float factor = (float) (norm / length);
      for (float[] g : gradients) {
        for (int i = 0; i < g.length; i++) {
          g[i] *= factor;
        }
      }
    }
    return length;
  }
}
