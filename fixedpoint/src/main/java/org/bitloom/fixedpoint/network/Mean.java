package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;

/**
 * Mean of each channel over a whole map, rescaled: {@code clamp(req(sum (q - z)) + z_out)}, affine
 * int8. The multiplier holds the division (TensorFlow Lite, {@code QuantizedMeanOrSum}).
 */
public record Mean(
    String name,
    int input,
    int output,
    RoundingPolicy policy,
    QuantizedMultiplier multiplier,
    Clamp clamp)
    implements Operation {

  /**
   * The multiplier {@code s_in / s_out / n}, with the division folded in as the reference kernel
   * folds it.
   */
  public static QuantizedMultiplier multiplier(AffineFormat in, AffineFormat out, int n) {
    QuantizedMultiplier scale = QuantizedMultiplier.of((double) in.scale() / out.scale());
    int shift = Math.min(31 - Integer.numberOfLeadingZeros(n), 31 + scale.exponent());
    return new QuantizedMultiplier(
        (int) (((long) scale.mantissa() << shift) / n), scale.exponent() - shift);
  }

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "mean";
  }
}
