package org.bitloom.simulator.plan;

import java.math.BigInteger;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;

/**
 * A channel's requantization parameters as the machine stores them: {@code {requantization, bias}}.
 */
public final class Parameters {
  private Parameters() {}

  /**
   * Bits of the requantization part: right shift 6, left shift 5, multiplier 31; or one unused bit.
   */
  public static int requantBits(boolean multiply) {
    return multiply ? 42 : 1;
  }

  /** A channel's parameters; beyond the last channel all zero. */
  public static BigInteger channel(LayerStep l, int k, int accumulatorBits) {
    if (k >= l.channels()) {
      return BigInteger.ZERO;
    }
    BigInteger bias =
        BigInteger.valueOf(l.bias().get(k)).mod(BigInteger.ONE.shiftLeft(accumulatorBits));
    return bias.or(requantization(l, k).shiftLeft(accumulatorBits));
  }

  /** A multiplier as the hardware reads it: {right shift (6), left shift (5), mantissa (31)}. */
  static long multiplier(QuantizedMultiplier q, RoundingPolicy policy) {
    boolean single = policy == RoundingPolicy.SINGLE;
    long right = single ? 31 - q.exponent() : Math.max(-q.exponent(), 0);
    long left = single ? 0 : Math.max(q.exponent(), 0);
    return right << 36 | left << 31 | q.mantissa();
  }

  private static BigInteger requantization(LayerStep l, int k) {
    return switch (l.requantization()) {
      case MultiplierRequantization m ->
          BigInteger.valueOf(multiplier(m.multiplier(k), m.policy()));
      case ShiftRequantization s -> BigInteger.ZERO;
    };
  }
}
