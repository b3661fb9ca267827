package org.bitloom.fixedpoint.calibrate;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;

/**
 * The range, no wider than the extremes, whose codes lie nearest to the sample in the mean square.
 */
public record MeanSquareError() implements Calibration {
  private static final int STEPS = 64;

  @Override
  public AffineFormat affine(Statistics s, int bits) {
    float[] sample = s.sample();
    AffineFormat best = AffineFormat.spanning(bits, s.min(), s.max());
    double least = error(sample, best);
    for (int i = STEPS - 1; i > STEPS / 8; i--) {
      double shrink = (double) i / STEPS;
      AffineFormat f = AffineFormat.spanning(bits, s.min() * shrink, s.max() * shrink);
      double e = error(sample, f);
      if (e < least) {
        least = e;
        best = f;
      }
    }
    return best;
  }

  @Override
  public QFormat fixedPoint(Statistics s, int bits) {
    float[] sample = s.sample();
    QFormat best = QFormat.covering(bits, s.maxAbs());
    double least = error(sample, best);
    int start = best.fraction();
    for (int f = start + 1; f <= Math.min(64, start + bits); f++) {
      QFormat q = new QFormat(bits, f);
      double e = error(sample, q);
      if (e < least) {
        least = e;
        best = q;
      }
    }
    return best;
  }

  @Override
  public float symmetricScale(Statistics s, int bits) {
    float[] sample = s.sample();
    float best = MinMax.scale(s.maxAbs(), bits);
    double least = symmetricError(sample, best, bits);
    for (int i = STEPS - 1; i > STEPS / 8; i--) {
      float scale = MinMax.scale(s.maxAbs() * i / STEPS, bits);
      double e = symmetricError(sample, scale, bits);
      if (e < least) {
        least = e;
        best = scale;
      }
    }
    return best;
  }

  private static double error(float[] sample, ActivationFormat f) {
    double sum = 0;
    for (float v : sample) {
      double d = f.toReal(f.toCode(v, Rounding.HALF_AWAY)) - v;
      sum += d * d;
    }
    return sum;
  }

  private static double symmetricError(float[] sample, float scale, int bits) {
    double top = (1 << (bits - 1)) - 1;
    double sum = 0;
    for (float v : sample) {
      double q = Math.clamp(Rounding.HALF_AWAY.round(v / scale), -top, top);
      double d = q * scale - v;
      sum += d * d;
    }
    return sum;
  }
}
