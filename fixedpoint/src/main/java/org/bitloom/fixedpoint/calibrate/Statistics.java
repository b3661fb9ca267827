package org.bitloom.fixedpoint.calibrate;

import java.util.Arrays;

/**
 * What was observed of one tensor's reals: exact extremes and moments, and an evenly thinned
 * sample.
 */
public final class Statistics {
  private static final int CAPACITY = 1 << 16;
  private static final double MOMENTUM = 0.95;

  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double sum;
  private double squares;
  private long count;
  private float[] sample = new float[1024];
  private int kept;
  private int every = 1;
  private double movingMin;
  private double movingMax;

  /** Observes one sample's values; those that are not finite are refused. */
  public void add(float[] values, int from, int to) {
    average(values, from, to);
    for (int i = from; i < to; i++) {
      float v = values[i];
      if (!Float.isFinite(v)) {
        throw new IllegalArgumentException("cannot calibrate on the value " + v);
      }
      min = Math.min(min, v);
      max = Math.max(max, v);
      sum += v;
      squares += (double) v * v;
      if (count++ % every == 0) {
        keep(v);
      }
    }
  }

  private void average(float[] values, int from, int to) {
    double lo = Double.POSITIVE_INFINITY;
    double hi = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      lo = Math.min(lo, values[i]);
      hi = Math.max(hi, values[i]);
    }
    if (from < to) {
      movingMin = count == 0 ? lo : MOMENTUM * movingMin + (1 - MOMENTUM) * lo;
      movingMax = count == 0 ? hi : MOMENTUM * movingMax + (1 - MOMENTUM) * hi;
    }
  }

  /** Smallest values of the samples, averaged exponentially. */
  public double movingMin() {
    return movingMin;
  }

  /** Largest values of the samples, averaged exponentially. */
  public double movingMax() {
    return movingMax;
  }

  /** Statistics of an array. */
  public static Statistics of(float... values) {
    Statistics s = new Statistics();
    s.add(values, 0, values.length);
    return s;
  }

  private void keep(float v) {
    if (kept == CAPACITY) {
      for (int i = 0; i < CAPACITY / 2; i++) {
        sample[i] = sample[2 * i];
      }
      kept = CAPACITY / 2;
      every *= 2;
      if ((count - 1) % every != 0) {
        return;
      }
    }
    if (kept == sample.length) {
      sample = Arrays.copyOf(sample, kept * 2);
    }
    sample[kept++] = v;
  }

  /** Smallest value, 0 if none was seen. */
  public double min() {
    return count == 0 ? 0 : min;
  }

  /** Largest value, 0 if none was seen. */
  public double max() {
    return count == 0 ? 0 : max;
  }

  /** Largest magnitude. */
  public double maxAbs() {
    return Math.max(Math.abs(min()), Math.abs(max()));
  }

  /** Mean. */
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** Standard deviation over all values. */
  public double deviation() {
    return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean() * mean()));
  }

  /** The kept values in the order observed. */
  public float[] sample() {
    return Arrays.copyOf(sample, kept);
  }
}
