package org.bitloom.trainer.convert;

import java.util.Map;
import org.bitloom.fixedpoint.calibrate.KMeans;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;

/** The number format of a conversion. */
public sealed interface TargetFormat {

  /** How weights are stored. */
  WeightChoice weights();

  /** Affine int8 activations, asymmetric or with zero point 0. */
  record Int8(RoundingPolicy policy, boolean symmetric, WeightChoice weights)
      implements TargetFormat {}

  /**
   * Dynamic fixed point, fraction lengths chosen per layer.
   *
   * @param bits N of every tensor that {@code layerBits} does not name
   * @param layerBits N of a layer's output and weights, by the layer's name
   */
  record FixedPoint(
      int bits,
      Rounding rounding,
      Overflow overflow,
      WeightChoice weights,
      Map<String, Integer> layerBits)
      implements TargetFormat {

    /** Checks the widths and copies. */
    public FixedPoint {
      layerBits = Map.copyOf(layerBits);
      check(bits);
      layerBits.values().forEach(FixedPoint::check);
    }

    private static void check(int bits) {
      if (bits < 2 || bits > 16) {
        throw new IllegalArgumentException(
            "dynamic fixed point width " + bits + " is outside 2..16");
      }
    }

    /** N of a layer. */
    public int bits(String layer) {
      return layerBits.getOrDefault(layer, bits);
    }

    /** The same with some layers' widths. */
    public FixedPoint with(Map<String, Integer> widths) {
      return new FixedPoint(bits, rounding, overflow, weights, widths);
    }
  }

  /**
   * The format of a text: {@code int8}, {@code int2} to {@code int7} (int8 activations, b-bit
   * weights), {@code dfp2} to {@code dfp16}, {@code log2[:bits]}, {@code
   * codebook[:bits[:linear|density|random]]}; weights of the last two may be followed by {@code
   * /dfpN} for dynamic fixed point activations instead of int8.
   *
   * @throws IllegalArgumentException if there is no such format
   */
  static TargetFormat of(String text, RoundingPolicy policy, boolean symmetric) {
    int slash = text.indexOf('/');
    String weights = slash < 0 ? text : text.substring(0, slash);
    String activations =
        slash < 0 ? (text.startsWith("dfp") ? text : "int8") : text.substring(slash + 1);
    WeightChoice choice = choice(weights);
    if (activations.matches("dfp\\d{1,2}")) {
      return new FixedPoint(
          Integer.parseInt(activations.substring(3)),
          Rounding.HALF_UP,
          Overflow.SATURATE,
          choice,
          Map.of());
    }
    if (!activations.equals("int8")) {
      throw new IllegalArgumentException("no activation format " + activations);
    }
    return new Int8(policy, symmetric, choice);
  }

  private static WeightChoice choice(String text) {
    String[] p = text.split(":");
    if (text.matches("dfp\\d{1,2}")) {
      return new WeightChoice.Linear(0);
    }
    if (text.matches("int[2-8]")) {
      return new WeightChoice.Linear(Integer.parseInt(text.substring(3)));
    }
    if (text.matches("log2(:[2-5])?")) {
      return new WeightChoice.Logarithmic(p.length > 1 ? Integer.parseInt(p[1]) : 4);
    }
    if (text.matches("codebook(:[1-8](:(linear|density|random))?)?")) {
      return new WeightChoice.Shared(
          p.length > 1 ? Integer.parseInt(p[1]) : 4,
          KMeans.Start.of(p.length > 2 ? p[2] : "linear"));
    }
    throw new IllegalArgumentException("no format " + text);
  }
}
