package org.bitloom.fixedpoint.calibrate;

import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;

/** Everything observed stays representable: the range is that of the extremes. */
public record MinMax() implements Calibration {

  @Override
  public AffineFormat affine(Statistics s, int bits) {
    return AffineFormat.spanning(bits, s.min(), s.max());
  }

  @Override
  public QFormat fixedPoint(Statistics s, int bits) {
    return QFormat.covering(bits, s.maxAbs());
  }

  @Override
  public float symmetricScale(Statistics s, int bits) {
    return scale(s.maxAbs(), bits);
  }

  static float scale(double maxAbs, int bits) {
    float scale = (float) (maxAbs / ((1 << (bits - 1)) - 1));
    return scale > Float.MIN_NORMAL ? scale : 1f;
  }
}
