package org.bitloom.fixedpoint.format;

/**
 * Logarithmic weights: a sign and an exponent, so that a multiplication is a shift (method
 * catalogue Q6). Code 0 is exactly 0, code {@code +-k} stands for {@code +-2^(smallest + k - 1)};
 * the window of exponents is {@code [smallest, smallest + 2^(bits-1) - 2]}.
 *
 * @param bits width of a code, 2 to 5
 * @param smallest least exponent, -64 to 64
 */
public record LogFormat(int bits, int smallest) implements WeightFormat {

  /** Checks the ranges. */
  public LogFormat {
    if (bits < 2 || bits > 5) {
      throw new IllegalArgumentException("logarithmic width " + bits + " is outside 2..5");
    }
    if (smallest < -64 || smallest > 64) {
      throw new IllegalArgumentException("smallest exponent " + smallest + " is outside -64..64");
    }
  }

  /** The window whose largest power is nearest to {@code maxAbs} in the logarithm. */
  public static LogFormat covering(int bits, double maxAbs) {
    int largest =
        maxAbs > 0 ? (int) Math.clamp(Math.round(Math.log(maxAbs) / Math.log(2)), -40L, 40L) : 0;
    return new LogFormat(bits, largest - (1 << (bits - 1)) + 2);
  }

  private int last() {
    return (1 << (bits - 1)) - 1;
  }

  /** The code whose power is nearest in the logarithm; below half the smallest power it is 0. */
  public int toCode(double real) {
    double a = Math.abs(real);
    if (a < Math.scalb(0.5, smallest)) {
      return 0;
    }
    long e = Math.round(Math.log(a) / Math.log(2));
    int k = (int) Math.clamp(e - smallest + 1, 1L, last());
    return real < 0 ? -k : k;
  }

  @Override
  public boolean isCode(int code) {
    return Math.abs(code) <= last();
  }

  @Override
  public int integer(int code) {
    return code == 0 ? 0 : Integer.signum(code) << (Math.abs(code) - 1);
  }

  @Override
  public int integerBits() {
    return last() + 1;
  }

  @Override
  public double scale(int channel) {
    return Math.scalb(1.0, smallest);
  }
}
