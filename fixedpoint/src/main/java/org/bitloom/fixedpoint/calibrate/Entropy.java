package org.bitloom.fixedpoint.calibrate;

import java.util.Arrays;

/**
 * The threshold on the magnitude that loses least information: the Kullback-Leibler divergence
 * between the histogram clipped there and what its quantization leaves (Migacz, 2017).
 */
public record Entropy() implements RangeRule {
  private static final int BINS = 2048;

  @Override
  public Range range(Statistics s, int bits) {
    double t = threshold(s, bits);
    return new Range(Math.max(s.min(), -t), Math.min(s.max(), t));
  }

  private static double threshold(Statistics s, int bits) {
    double top = s.maxAbs();
    int levels = 1 << (bits - (s.min() < 0 ? 1 : 0));
    if (!(top > 0) || levels >= BINS) {
      return top;
    }
    double[] histogram = new double[BINS];
    for (float v : s.sample()) {
      if (v != 0) { // zero is exact under every threshold
        histogram[Math.min(BINS - 1, (int) (Math.abs(v) / top * BINS))]++;
      }
    }
    double least = Double.POSITIVE_INFINITY;
    int best = BINS;
    for (int i = levels; i <= BINS; i += Math.max(1, levels / 16)) {
      double d = divergence(histogram, i, levels);
      if (d < least) {
        least = d;
        best = i;
      }
    }
    return best * top / BINS;
  }

  private static double divergence(double[] histogram, int bins, int levels) {
    double[] p = Arrays.copyOf(histogram, bins);
    for (int i = bins; i < histogram.length; i++) {
      p[bins - 1] += histogram[i];
    }
    double[] q = new double[bins];
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * bins / levels);
      int to = (int) ((long) (level + 1) * bins / levels);
      double sum = 0;
      int filled = 0;
      for (int i = from; i < to; i++) {
        sum += histogram[i];
        filled += p[i] > 0 ? 1 : 0;
      }
      for (int i = from; i < to; i++) {
        q[i] = p[i] > 0 && filled > 0 ? sum / filled : 0;
      }
    }
    double ps = Arrays.stream(p).sum();
    double qs = Arrays.stream(q).sum();
    double d = 0;
    for (int i = 0; i < bins; i++) {
      if (p[i] > 0) {
        d += p[i] / ps * Math.log((p[i] / ps) / (Math.max(q[i], 1e-9) / Math.max(qs, 1e-9)));
      }
    }
    return d;
  }
}
