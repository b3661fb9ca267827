package org.bitloom.fixedpoint.requantize;

import static org.bitloom.fixedpoint.requantize.QuantizedMultiplier.doublingHigh;
import static org.bitloom.fixedpoint.requantize.QuantizedMultiplier.roundingDivide;

/**
 * gemmlowp's 32-bit fixed-point functions (Jacob, Warden; gemmlowp fixedpoint.h). Qm.n has m
 * integer bits beside the sign and n = 31 - m fraction bits; Q0.31 has none.
 */
public final class FixedPointFunctions {
  private static final int ONE = Integer.MAX_VALUE; // the largest Q0.31

  private FixedPointFunctions() {}

  /** {@code x 2^k} with saturation. */
  static int shiftLeft(int x, int k) {
    long v = (long) x << k;
    return Math.clamp(v, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** {@code (a + b) / 2} rounded half away from zero. */
  private static int halfSum(int a, int b) {
    long sum = (long) a + b;
    return (int) ((sum + (sum >= 0 ? 1 : -1)) / 2);
  }

  /** exp of a Q0.31 in [-1/4, 0), as Q0.31: a Taylor polynomial around -1/8. */
  private static int expAroundMinusEighth(int a) {
    int constant = 1895147668; // exp(-1/8)
    int third = 715827883; // 1/3
    int x = a + (1 << 28);
    int x2 = doublingHigh(x, x);
    int x3 = doublingHigh(x2, x);
    int x4 = doublingHigh(x2, x2);
    int x4Over4 = roundingDivide(x4, 2);
    int tail = roundingDivide(doublingHigh(x4Over4 + x3, third) + x2, 1);
    return saturatingAdd(constant, doublingHigh(constant, x + tail));
  }

  private static int saturatingAdd(int a, int b) {
    return Math.clamp((long) a + b, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /**
   * exp of a number at most 0.
   *
   * @param a Qm.n
   * @param integerBits m, at least 1 here
   * @return Q0.31
   */
  public static int expOfNegative(int a, int integerBits) {
    int fraction = 31 - integerBits;
    int quarter = 1 << (fraction - 2);
    int mask = quarter - 1;
    int modulo = (a & mask) - quarter;
    int result = expAroundMinusEighth(shiftLeft(modulo, integerBits));
    int remainder = modulo - a;
    // exp(-2^e) for e = -2 .. 4, Q0.31
    int[] factors = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    for (int e = -2; e <= 4; e++) {
      if (integerBits > e && (remainder & (1 << (fraction + e))) != 0) {
        result = doublingHigh(result, factors[e + 2]);
      }
    }
    if (integerBits > 5) {
      int clamp = -(1 << (36 - integerBits));
      result = a < clamp ? 0 : result;
    }
    return a == 0 ? ONE : result;
  }

  /** Newton-Raphson for {@code 1 / ((1 + a) / 2)}: a in [0, 1) as Q0.31, the result as Q2.29. */
  private static int reciprocalOfHalf(int a) {
    int half = halfSum(a, ONE);
    int x = 1515870810 + doublingHigh(half, -1010580540); // 48/17 - 32/17 d, Q2.29
    for (int i = 0; i < 3; i++) {
      int product = doublingHigh(half, x);
      int rest = (1 << 29) - product;
      x = x + shiftLeft(doublingHigh(x, rest), 2);
    }
    return x;
  }

  /** {@code 1 / (1 + a)} for a in [0, 1), both Q0.31. */
  public static int oneOverOnePlus(int a) {
    return shiftLeft(
        reciprocalOfHalf(a), 1); // halved: Q2.29 to Q1.30, read as Q0.31 after exact halving
  }

  /** {@code (1 - a) / (1 + a)} for a in [0, 1), both Q0.31. */
  static int oneMinusOverOnePlus(int a) {
    return shiftLeft(reciprocalOfHalf(a) - (1 << 29), 2);
  }

  /** The logistic function of Qm.n as Q0.31. */
  public static int logistic(int a, int integerBits) {
    if (a == 0) {
      return 1 << 30;
    }
    int negative = a > 0 ? -a : a;
    int positive = oneOverOnePlus(expOfNegative(negative, integerBits));
    return a > 0 ? positive : ONE - positive;
  }

  /** The hyperbolic tangent of Qm.n as Q0.31. */
  public static int tanh(int a, int integerBits) {
    if (a == 0) {
      return 0;
    }
    int negative = a > 0 ? -a : a;
    // exp(2 a): one more integer bit for the same raw number
    int t = oneMinusOverOnePlus(expOfNegative(negative, integerBits + 1));
    return a > 0 ? t : -t;
  }
}
