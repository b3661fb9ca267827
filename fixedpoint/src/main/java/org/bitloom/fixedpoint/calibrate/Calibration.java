package org.bitloom.fixedpoint.calibrate;

import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;

/** A rule that chooses the format of a tensor from what was observed of it. */
public sealed interface Calibration permits MinMax, MeanSquareError {

  /** The affine format of the given width. */
  AffineFormat affine(Statistics s, int bits);

  /** The dynamic fixed point format of the given width. */
  QFormat fixedPoint(Statistics s, int bits);

  /**
   * The scale of symmetric codes {@code -(2^(bits-1) - 1) .. 2^(bits-1) - 1}; 1 for a tensor of
   * zeros.
   */
  float symmetricScale(Statistics s, int bits);
}
