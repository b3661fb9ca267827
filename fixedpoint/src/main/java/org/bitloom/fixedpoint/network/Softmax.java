package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;

/**
 * Softmax over the channels, affine int8, in fixed point as TensorFlow Lite's reference kernel
 * computes it; output scale 1/256, zero point -128. Runs on the host.
 *
 * @param multiplier {@code beta s_in 2^26}, brings differences of codes to Q5.26
 * @param smallest differences below it count as minus infinity
 */
public record Softmax(
    String name,
    int input,
    int output,
    RoundingPolicy policy,
    QuantizedMultiplier multiplier,
    int smallest)
    implements Operation {

  /** The settings for an input scale and beta. */
  public static Softmax of(
      String name, int input, int output, RoundingPolicy policy, float scale, float beta) {
    double real = Math.min((double) beta * scale * (1 << 26), (1L << 30) - 1.0);
    QuantizedMultiplier m = QuantizedMultiplier.of(real);
    double radius = Math.floor(31.0 * (1L << 26) / (double) (1L << m.exponent()));
    return new Softmax(name, input, output, policy, m, (int) -radius);
  }

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "softmax";
  }
}
