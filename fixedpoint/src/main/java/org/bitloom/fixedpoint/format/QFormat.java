package org.bitloom.fixedpoint.format;

/**
 * Dynamic fixed point: an N-bit two's complement code {@code a} of fraction length {@code f} stands
 * for {@code a 2^-f} (method catalogue Q3). {@code f} may be negative or larger than N.
 *
 * @param bits N, 2 to 16
 * @param fraction f, -64 to 64
 */
public record QFormat(int bits, int fraction) implements ActivationFormat, WeightFormat {

  /** Checks the ranges. */
  public QFormat {
    if (bits < 2 || bits > 16) {
      throw new IllegalArgumentException("dynamic fixed point width " + bits + " is outside 2..16");
    }
    if (fraction < -64 || fraction > 64) {
      throw new IllegalArgumentException("fraction length " + fraction + " is outside -64..64");
    }
  }

  /**
   * The format with the largest f that still represents {@code maxAbs} without clipping more than
   * half a step: the largest f with {@code maxAbs 2^f <= 2^(N-1) - 1/2}.
   */
  public static QFormat covering(int bits, double maxAbs) {
    if (!(maxAbs > 0) || Double.isInfinite(maxAbs)) {
      return new QFormat(bits, 0);
    }
    double top = (1 << (bits - 1)) - 0.5;
    int f = Math.clamp(Math.getExponent(top / maxAbs), -64, 64);
    while (f < 64 && Math.scalb(maxAbs, f + 1) <= top) {
      f++;
    }
    while (f > -64 && Math.scalb(maxAbs, f) > top) {
      f--;
    }
    return new QFormat(bits, f);
  }

  @Override
  public int zeroCode() {
    return 0;
  }

  @Override
  public double toReal(long code) {
    return Math.scalb((double) code, -fraction);
  }

  @Override
  public double scale(int channel) {
    return step();
  }

  @Override
  public int toCode(double real, Rounding rounding) {
    double q = rounding.round(Math.scalb(real, fraction));
    return (int) Math.max(minCode(), Math.min(maxCode(), Double.isNaN(q) ? 0 : q));
  }

  @Override
  public double step() {
    return Math.scalb(1.0, -fraction);
  }

  @Override
  public String describe() {
    return "DFP" + bits + " f=" + fraction;
  }
}
