package org.bitloom.fixedpoint.calibrate;

import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;

/** Rules that first choose a range of reals and then the format that spans it. */
sealed interface RangeRule extends Calibration
    permits MinMax, MovingAverage, Sigma, Percentile, Entropy {

  /** Least and largest real that stay representable. */
  record Range(double min, double max) {
    double maxAbs() {
      return Math.max(Math.abs(min), Math.abs(max));
    }
  }

  /** The range for a tensor. */
  Range range(Statistics s, int bits);

  @Override
  default AffineFormat affine(Statistics s, int bits) {
    Range r = range(s, bits);
    return AffineFormat.spanning(bits, r.min, r.max);
  }

  @Override
  default QFormat fixedPoint(Statistics s, int bits) {
    return QFormat.covering(bits, range(s, bits).maxAbs());
  }

  @Override
  default float symmetricScale(Statistics s, int bits) {
    return MinMax.scale(range(s, bits).maxAbs(), bits);
  }
}
