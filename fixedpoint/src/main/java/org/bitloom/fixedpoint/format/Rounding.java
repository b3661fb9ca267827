package org.bitloom.fixedpoint.format;

/** How a number between two codes becomes one of them. Always a named choice, never implicit. */
public enum Rounding {
  /** Nearest, ties away from zero (TensorFlow Lite's quantizer). */
  HALF_AWAY,
  /** Nearest, ties to even (ONNX QuantizeLinear). */
  HALF_EVEN,
  /** Nearest, ties up: {@code floor(x + 1/2)}; cheapest in hardware. */
  HALF_UP,
  /** Towards minus infinity (truncation of two's complement). */
  FLOOR;

  /** Rounds a real to an integer; NaN becomes 0, infinities the extreme doubles. */
  public double round(double x) {
    return switch (this) {
      case HALF_AWAY -> Math.copySign(halfUp(Math.abs(x)), x);
      case HALF_EVEN -> Math.rint(x);
      case HALF_UP -> halfUp(x);
      case FLOOR -> Math.floor(x);
    };
  }

  /**
   * {@code floor(x + 1/2)} without the double addition's own rounding (0.49999999999999994 stays
   * 0).
   */
  private static double halfUp(double x) {
    double f = Math.floor(x);
    return x - f >= 0.5 ? f + 1 : f;
  }

  /**
   * The exact quotient {@code v / n} rounded to an integer.
   *
   * @param n the divisor, at least 1
   */
  public long divide(long v, long n) {
    if (n < 1) {
      throw new IllegalArgumentException("divisor " + n + " is below 1");
    }
    long q = Math.floorDiv(v, n);
    return q + carry(v, q, v - q * n, n);
  }

  /** 1 if the quotient {@code floor(v / n) = q} with remainder {@code r} rounds up, else 0. */
  private int carry(long v, long q, long r, long n) {
    long up = n - r; // compare r with n - r instead of 2r with n: no overflow
    boolean carry =
        switch (this) {
          case HALF_AWAY -> r > up || (r == up && v > 0);
          case HALF_EVEN -> r > up || (r == up && (q & 1) != 0);
          case HALF_UP -> r >= up;
          case FLOOR -> false;
        };
    return carry ? 1 : 0;
  }

  /** {@code v / 2^k} rounded; {@code k} from 0 to 62. */
  public long shiftRight(long v, int k) {
    if (k < 0 || k > 62) {
      throw new IllegalArgumentException("shift " + k + " is outside 0..62");
    }
    long q = v >> k;
    return q + carry(v, q, v - (q << k), 1L << k);
  }
}
