package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;

/** The number format of a conversion. */
public sealed interface TargetFormat {

  /** Affine int8: activations per tensor, weights symmetric per output channel. */
  record Int8(RoundingPolicy policy) implements TargetFormat {}

  /** Dynamic fixed point of N bits, fraction lengths chosen per layer. */
  record FixedPoint(int bits, Rounding rounding, Overflow overflow) implements TargetFormat {

    /** Checks the width. */
    public FixedPoint {
      if (bits < 2 || bits > 16) {
        throw new IllegalArgumentException(
            "dynamic fixed point width " + bits + " is outside 2..16");
      }
    }
  }
}
