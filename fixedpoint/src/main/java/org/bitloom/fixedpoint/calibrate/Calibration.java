package org.bitloom.fixedpoint.calibrate;

import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;

/** A rule that chooses the format of a tensor from what was observed of it. */
public sealed interface Calibration permits RangeRule, MeanSquareError {

  /** The affine format of the given width. */
  AffineFormat affine(Statistics s, int bits);

  /** The dynamic fixed point format of the given width. */
  QFormat fixedPoint(Statistics s, int bits);

  /**
   * The scale of symmetric codes {@code -(2^(bits-1) - 1) .. 2^(bits-1) - 1}; 1 for a tensor of
   * zeros.
   */
  float symmetricScale(Statistics s, int bits);

  /**
   * The rule of a name: {@code minmax}, {@code moving}, {@code percentile} or {@code percentile:P},
   * {@code mse}, {@code kl}, {@code sigma:K}.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Calibration of(String name) {
    int colon = name.indexOf(':');
    String rule = colon < 0 ? name : name.substring(0, colon);
    Double number = colon < 0 ? null : Double.valueOf(name.substring(colon + 1));
    return switch (rule + (number == null ? "" : ":")) {
      case "minmax" -> new MinMax();
      case "moving" -> new MovingAverage();
      case "percentile" -> new Percentile(99.9);
      case "percentile:" -> new Percentile(number);
      case "mse" -> new MeanSquareError();
      case "kl" -> new Entropy();
      case "sigma:" -> new Sigma(number);
      default -> throw new IllegalArgumentException("no calibration " + name);
    };
  }
}
