package org.bitloom.fixedpoint.requantize;

import java.util.List;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.WeightFormat;

/**
 * Multiplication by {@code s_in s_w / s_out}, one multiplier for each output channel or one for
 * all.
 *
 * @param policy the rounding policy
 * @param multipliers one, or as many as output channels
 */
public record MultiplierRequantization(RoundingPolicy policy, List<QuantizedMultiplier> multipliers)
    implements Requantization {

  /** Checks and copies. */
  public MultiplierRequantization {
    multipliers = List.copyOf(multipliers);
    if (multipliers.isEmpty()) {
      throw new IllegalArgumentException("no multiplier");
    }
  }

  /**
   * The multipliers of a weighted layer, {@code M = s_in s_w / s_out} in double from float32
   * scales.
   *
   * @param floatProduct whether {@code s_in s_w} is rounded to float32 first: TensorFlow Lite does
   *     so for fully connected layers with per-tensor weights
   */
  public static MultiplierRequantization of(
      RoundingPolicy policy,
      AffineFormat in,
      WeightFormat weights,
      AffineFormat out,
      boolean floatProduct) {
    return new MultiplierRequantization(
        policy,
        IntStream.range(0, weights.scales())
            .mapToObj(
                k -> {
                  float w = (float) weights.scale(k);
                  double product = floatProduct ? in.scale() * w : (double) in.scale() * w;
                  return QuantizedMultiplier.of(product / out.scale());
                })
            .toList());
  }

  /** The multiplier of an output channel. */
  public QuantizedMultiplier multiplier(int channel) {
    return multipliers.size() == 1 ? multipliers.getFirst() : multipliers.get(channel);
  }

  @Override
  public long apply(long acc, int channel) {
    return multiplier(channel).apply(acc, policy);
  }
}
