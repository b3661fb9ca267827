package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Parameter;

/**
 * The range of a feature map while training, and the format that follows from it. Affine: {@code
 * [lo, hi]}. Dynamic fixed point: {@code [log2 t]}, the format being the finest that covers t.
 */
final class Range {
  private static final double MOMENTUM = 0.99;
  private static final double BETTER = 0.97; // how much smaller the error of another f must be

  private final int bits;
  private final boolean fixedPoint;
  private final boolean symmetric;
  private final Parameter bounds;
  private final float[] errors = {-1, -1, -1}; // mean square errors of f - 1, f and f + 1

  Range(String name, ActivationFormat start, boolean symmetric) {
    this.bits = start.bits();
    this.symmetric = symmetric;
    switch (start) {
      case QFormat q -> {
        fixedPoint = true;
        bounds = new Parameter(name + ".range", Shape.of(1), new float[] {threshold(q.fraction())});
      }
      case AffineFormat a -> {
        fixedPoint = false;
        bounds =
            new Parameter(
                name + ".range",
                Shape.of(2),
                new float[] {(float) a.toReal(a.minCode()), (float) a.toReal(a.maxCode())});
      }
    }
  }

  /** The middle, in the logarithm, of the thresholds that f covers best. */
  private float threshold(int f) {
    return (float) (log2((1 << (bits - 1)) - 0.5) - f - 0.5);
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  Parameter bounds() {
    return bounds;
  }

  float[] errors() {
    return errors;
  }

  /** The format of now. */
  ActivationFormat format() {
    float[] v = bounds.values();
    if (fixedPoint) {
      int f = (int) Math.floor(log2((1 << (bits - 1)) - 0.5) - v[0]);
      return new QFormat(bits, Math.clamp(f, -64, 64));
    }
    Statistics s = Statistics.of(Math.min(v[0], 0), Math.max(v[1], 0));
    return symmetric
        ? new AffineFormat(bits, new MinMax().symmetricScale(s, bits), 0)
        : new MinMax().affine(s, bits);
  }

  /**
   * Moves a tracked range by what a batch showed.
   *
   * @param seen smallest and largest real, sums of squared errors of f - 1, f, f + 1, and a count
   */
  void track(double[] seen) {
    float[] v = bounds.values();
    if (!fixedPoint) {
      v[0] = (float) (MOMENTUM * v[0] + (1 - MOMENTUM) * Math.min(seen[0], 0));
      v[1] = (float) (MOMENTUM * v[1] + (1 - MOMENTUM) * Math.max(seen[1], 0));
      return;
    }
    for (int i = 0; i < 3; i++) {
      double e = seen[2 + i] / Math.max(1, seen[5]);
      errors[i] = (float) (errors[i] < 0 ? e : MOMENTUM * errors[i] + (1 - MOMENTUM) * e);
    }
    int f = ((QFormat) format()).fraction();
    int move = errors[0] < errors[2] ? -1 : 1;
    if (errors[1 + move] < BETTER * errors[1] && Math.abs(f + move) <= 64) {
      v[0] = threshold(f + move);
      java.util.Arrays.fill(errors, -1);
    }
  }

  /** Numbers that {@link #track} takes, before anything was seen. */
  static double[] nothing() {
    return new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 0, 0, 0};
  }

  /** Adds another chunk's numbers. */
  static void merge(double[] all, double[] more) {
    all[0] = Math.min(all[0], more[0]);
    all[1] = Math.max(all[1], more[1]);
    for (int i = 2; i < all.length; i++) {
      all[i] += more[i];
    }
  }

  /**
   * Adds the gradient of the bounds: that of the threshold by Jain et al. (2019, equation 7) for
   * dynamic fixed point; for affine codes that of the step (Esser et al., 2020) within the range
   * and of the bound beyond it.
   *
   * @param dy gradients of quantized reals
   * @param real what was quantized, in steps, without zero point
   * @param code the codes less the zero point
   */
  void backward(float[] dy, float[] real, float[] code, int n, int lo, int hi, float[] gradient) {
    ActivationFormat f = format();
    double step = f.step();
    double inside = 0;
    double below = 0;
    double above = 0;
    for (int i = 0; i < n; i++) {
      if (real[i] < lo) {
        below += dy[i];
      } else if (real[i] > hi) {
        above += dy[i];
      } else {
        inside += dy[i] * (code[i] - real[i]);
      }
    }
    double scale = 1 / Math.sqrt((double) Math.max(n, 1) * Math.max(hi, 1));
    if (fixedPoint) {
      double d = Math.log(2) * step * (inside + below * lo + above * hi);
      gradient[0] += (float) (scale * d);
    } else {
      double levels = (1 << bits) - 1;
      gradient[0] += (float) (scale * (below - inside / levels));
      gradient[1] += (float) (scale * (above + inside / levels));
    }
  }
}
