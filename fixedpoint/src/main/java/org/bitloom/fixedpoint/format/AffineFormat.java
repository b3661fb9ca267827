package org.bitloom.fixedpoint.format;

import java.util.Locale;

/**
 * Affine mapping {@code real = scale (q - zeroPoint)} (Jacob et al., 2018, equation 1).
 *
 * @param bits width of a code, 2 to 8
 * @param scale real distance of neighbouring codes, finite and positive
 * @param zeroPoint code of the real 0, inside the code range
 */
public record AffineFormat(int bits, float scale, int zeroPoint) implements ActivationFormat {

  /** Checks the ranges. */
  public AffineFormat {
    if (bits < 2 || bits > 8) {
      throw new IllegalArgumentException("affine width " + bits + " is outside 2..8");
    }
    if (!(scale > 0) || Float.isInfinite(scale)) {
      throw new IllegalArgumentException("scale " + scale + " is not a positive finite number");
    }
    if (zeroPoint < -(1 << (bits - 1)) || zeroPoint > (1 << (bits - 1)) - 1) {
      throw new IllegalArgumentException(
          "zero point " + zeroPoint + " is not a " + bits + "-bit code");
    }
  }

  /**
   * The int8 format that spans {@code [min, max]}, widened to contain 0: {@code s = (max - min) /
   * 255}, {@code z = round(-128 - min / s)} (method catalogue Q4).
   */
  public static AffineFormat int8(double min, double max) {
    return spanning(8, min, max);
  }

  /** The same for any width from 2 to 8. */
  public static AffineFormat spanning(int bits, double min, double max) {
    if (Double.isNaN(min) || Double.isNaN(max) || min > max) {
      throw new IllegalArgumentException("range [" + min + ", " + max + "] is empty");
    }
    double lo = Math.min(min, 0);
    double hi = Math.max(max, 0);
    int qmin = -(1 << (bits - 1));
    int qmax = (1 << (bits - 1)) - 1;
    float s = (float) ((hi - lo) / (qmax - qmin));
    if (!(s > Float.MIN_NORMAL)) {
      return new AffineFormat(bits, 1f, 0);
    }
    double z = Rounding.HALF_AWAY.round(qmin - lo / s);
    return new AffineFormat(bits, s, Math.clamp((long) z, qmin, qmax));
  }

  @Override
  public int zeroCode() {
    return zeroPoint;
  }

  @Override
  public double toReal(long code) {
    return (double) scale * (code - zeroPoint);
  }

  @Override
  public int toCode(double real, Rounding rounding) {
    double q = rounding.round(real / scale) + zeroPoint;
    return (int) Math.max(minCode(), Math.min(maxCode(), Double.isNaN(q) ? zeroPoint : q));
  }

  @Override
  public double step() {
    return scale;
  }

  @Override
  public String describe() {
    return String.format(Locale.ROOT, "int%d s=%.4g z=%d", bits, scale, zeroPoint);
  }
}
