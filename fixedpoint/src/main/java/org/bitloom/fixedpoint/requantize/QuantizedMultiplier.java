package org.bitloom.fixedpoint.requantize;

/**
 * A positive real as {@code mantissa 2^(exponent - 31)} (TensorFlow Lite, {@code
 * QuantizeMultiplier}).
 *
 * @param mantissa M0, 0 to 2^31 - 1; at least 2^30 where {@link #of} made it
 * @param exponent e, -31 to 30
 */
public record QuantizedMultiplier(int mantissa, int exponent) {

  /** Checks the ranges. */
  public QuantizedMultiplier {
    if (mantissa < 0) {
      throw new IllegalArgumentException("mantissa " + mantissa + " is negative");
    }
    if (exponent < -31 || exponent > 30) {
      throw new IllegalArgumentException("exponent " + exponent + " is outside -31..30");
    }
  }

  /** The closest multiplier to {@code real >= 0}; below 2^-32 it is zero: the channel vanishes. */
  public static QuantizedMultiplier of(double real) {
    if (!(real >= 0) || real >= 0x1p30) {
      throw new IllegalArgumentException("multiplier " + real + " is outside [0, 2^30)");
    }
    if (real == 0) {
      return new QuantizedMultiplier(0, 0);
    }
    int e = Math.getExponent(real) + 1;
    if (e < -1000) { // subnormal doubles: getExponent no longer describes them
      return new QuantizedMultiplier(0, 0);
    }
    long m0 = Math.round(Math.scalb(real, 31 - e)); // positive, so half up is half away
    if (m0 == 1L << 31) {
      m0 = 1L << 30;
      e++;
    }
    return e < -31 ? new QuantizedMultiplier(0, 0) : new QuantizedMultiplier((int) m0, e);
  }

  /**
   * {@code acc} times this multiplier under the policy; {@code acc << max(e, 0)} must fit 32 bits
   * for DOUBLE.
   */
  public long apply(long acc, RoundingPolicy policy) {
    return switch (policy) {
      case DOUBLE -> {
        long x = acc << Math.max(exponent, 0);
        if (x != (int) x) {
          throw new ArithmeticException(
              "accumulator " + acc + " times 2^" + exponent + " exceeds 32 bits");
        }
        yield roundingDivide(doublingHigh((int) x, mantissa), Math.max(-exponent, 0));
      }
      case SINGLE -> {
        int t = 31 - exponent;
        yield (acc * mantissa + (1L << (t - 1))) >> t;
      }
    };
  }

  /** SRDHM of numerics.md: the high 32 bits of {@code 2ab}, rounded; both minimal saturates. */
  public static int doublingHigh(int a, int b) {
    if (a == Integer.MIN_VALUE && b == Integer.MIN_VALUE) {
      return Integer.MAX_VALUE;
    }
    long p = (long) a * b;
    long n = p >= 0 ? 1L << 30 : 1 - (1L << 30);
    return (int) ((p + n) / (1L << 31));
  }

  /** RDPOT of numerics.md: {@code x / 2^k} rounded half away from zero. */
  public static int roundingDivide(int x, int k) {
    long m = (1L << k) - 1;
    long r = x & m;
    long th = (m >> 1) + (x < 0 ? 1 : 0);
    return (int) ((long) x >> k) + (r > th ? 1 : 0);
  }
}
