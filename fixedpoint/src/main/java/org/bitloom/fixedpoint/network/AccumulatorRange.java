package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;

/**
 * The proved range of a layer's accumulators, from the actual weights of each filter and the range
 * of the activation codes. It also bounds every partial sum: {@code lo <= 0 <= hi}.
 *
 * @param lo no sum of any subset of the products and the bias is below this
 * @param hi nor above this
 */
public record AccumulatorRange(long lo, long hi) {

  /** Largest accumulator of affine layers, bits; a left shift before the multiplication counts. */
  public static final int AFFINE_BITS = 32;

  /**
   * Largest accumulator of dynamic fixed point layers, bits, left shift included: 16-bit layers
   * need it.
   */
  public static final int FIXED_POINT_BITS = 48;

  /** The range of a layer that reads codes of {@code in}. */
  public static AccumulatorRange of(WeightedOperation op, ActivationFormat in) {
    long lo = 0;
    long hi = 0;
    int k = op.bias().size();
    for (int channel = 0; channel < k; channel++) {
      AccumulatorRange r = ofChannel(op, in, channel);
      lo = Math.min(lo, r.lo);
      hi = Math.max(hi, r.hi);
    }
    return new AccumulatorRange(lo, hi);
  }

  private static AccumulatorRange ofChannel(
      WeightedOperation op, ActivationFormat in, int channel) {
    long amin = (long) in.minCode() - in.zeroCode();
    long amax = (long) in.maxCode() - in.zeroCode();
    int depth = op.weights().size() / op.bias().size();
    long bias = op.bias().get(channel);
    long lo = Math.min(bias, 0);
    long hi = Math.max(bias, 0);
    for (int i = 0; i < depth; i++) {
      long w = op.weightFormat().integer(op.weights().get(channel * depth + i));
      lo += Math.min(0, Math.min(w * amin, w * amax));
      hi += Math.max(0, Math.max(w * amin, w * amax));
    }
    return new AccumulatorRange(lo, hi);
  }

  /** Two's complement bits that hold the range. */
  public int bits() {
    return 65 - Long.numberOfLeadingZeros(hi | (lo < 0 ? ~lo : 0));
  }

  static List<String> faults(WeightedOperation op, ActivationFormat in) {
    int k = op.bias().size();
    for (int channel = 0; channel < k; channel++) {
      AccumulatorRange r = ofChannel(op, in, channel);
      int left =
          switch (op.requantization()) {
            case MultiplierRequantization m ->
                m.policy() == RoundingPolicy.DOUBLE
                    ? Math.max(m.multiplier(channel).exponent(), 0)
                    : 0;
            case ShiftRequantization s -> Math.max(-s.shift(), 0);
          };
      int limit =
          op.requantization() instanceof ShiftRequantization ? FIXED_POINT_BITS : AFFINE_BITS;
      if (r.bits() + left > limit) {
        return List.of(
            op.name()
                + ": accumulator of output channel "
                + channel
                + " may reach ["
                + r.lo
                + ", "
                + r.hi
                + "]"
                + (left > 0 ? " times 2^" + left : "")
                + ", which exceeds "
                + limit
                + " bits");
      }
    }
    return List.of();
  }
}
