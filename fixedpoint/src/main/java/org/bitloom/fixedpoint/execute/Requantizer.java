package org.bitloom.fixedpoint.execute;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;

/**
 * A layer's requantization in straight-line arithmetic: with h = (acc m + c1) >> r1, the code is (h
 * + c2 - [h < 0] n) >> r2. Both rounding policies and most shifts are of that form; the others go
 * through their definition.
 */
public final class Requantizer {
  private final Requantization definition;
  private final boolean straight;
  private final boolean oneStage; // the second shift is none
  private final long[] m;
  private final long[] c1;
  private final int[] r1;
  private final long[] c2;
  private final int[] r2;
  private final long[] n;
  private final int zero;
  private final int lo;
  private final int hi;

  Requantizer(Requantization definition, int channels, int zero, Clamp clamp) {
    this.definition = definition;
    this.zero = zero;
    this.lo = clamp.lo();
    this.hi = clamp.hi();
    m = new long[channels];
    c1 = new long[channels];
    r1 = new int[channels];
    c2 = new long[channels];
    r2 = new int[channels];
    n = new long[channels];
    straight =
        switch (definition) {
          case MultiplierRequantization q -> multiplier(q, channels);
          case ShiftRequantization s -> shift(s, channels);
        };
    oneStage = LongStream.of(c2).allMatch(c -> c == 0) && IntStream.of(r2).allMatch(r -> r == 0);
  }

  /** The requantization of an operation with weights. */
  public static Requantizer of(QuantizedNetwork network, WeightedOperation op) {
    TensorSpec out = network.tensor(op.output());
    return new Requantizer(
        op.requantization(), out.shape().channels(), out.format().zeroCode(), op.clamp());
  }

  private boolean multiplier(MultiplierRequantization q, int channels) {
    for (int k = 0; k < channels; k++) {
      QuantizedMultiplier x = q.multiplier(k);
      int e = x.exponent();
      if (q.policy() == RoundingPolicy.DOUBLE) {
        m[k] = (long) x.mantissa() << Math.max(e, 0);
        c1[k] = 1L << 30;
        r1[k] = 31;
        away(k, Math.max(-e, 0));
      } else {
        m[k] = x.mantissa();
        r1[k] = 31 - e;
        c1[k] = 1L << (30 - e);
      }
    }
    return true;
  }

  /** Half away from zero by 2^shift in the second stage. */
  private void away(int k, int shift) {
    r2[k] = shift;
    c2[k] = shift > 0 ? 1L << (shift - 1) : 0;
    n[k] = shift > 0 ? 1 : 0;
  }

  private boolean shift(ShiftRequantization s, int channels) {
    if (s.overflow() == Overflow.WRAP || s.rounding() == Rounding.HALF_EVEN) {
      return false;
    }
    for (int k = 0; k < channels; k++) {
      m[k] = 1L << Math.max(-s.shift(), 0);
      int right = Math.max(s.shift(), 0);
      if (s.rounding() == Rounding.HALF_AWAY) {
        away(k, right);
      } else {
        r1[k] = right;
        c1[k] = s.rounding() == Rounding.HALF_UP && right > 0 ? 1L << (right - 1) : 0;
      }
    }
    return true;
  }

  /** Codes of one pixel: accumulators from {@code from} on, codes from {@code at} on. */
  public void codes(int[] acc, int from, int[] codes, int at) {
    if (!straight) {
      for (int k = 0; k < m.length; k++) {
        codes[at + k] = Math.clamp(definition.apply(acc[from + k], k) + zero, lo, hi);
      }
      return;
    }
    if (oneStage) {
      for (int k = 0; k < m.length; k++) {
        long y = ((acc[from + k] * m[k] + c1[k]) >> r1[k]) + zero;
        codes[at + k] = (int) Math.min(Math.max(y, lo), hi);
      }
      return;
    }
    for (int k = 0; k < m.length; k++) {
      long h = (acc[from + k] * m[k] + c1[k]) >> r1[k];
      long y = ((h + c2[k] + ((h >> 63) & -n[k])) >> r2[k]) + zero;
      codes[at + k] = (int) Math.min(Math.max(y, lo), hi);
    }
  }
}
