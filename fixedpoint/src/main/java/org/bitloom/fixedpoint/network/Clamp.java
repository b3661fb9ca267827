package org.bitloom.fixedpoint.network;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;

/**
 * Inclusive limits of an output code; a fused ReLU or ReLU6 is nothing but a clamp.
 *
 * @param lo smallest code let through
 * @param hi largest code let through
 */
public record Clamp(int lo, int hi) {

  /** Checks the order. */
  public Clamp {
    if (lo > hi) {
      throw new IllegalArgumentException("clamp [" + lo + ", " + hi + "] is empty");
    }
  }

  /** No activation: the format's whole range. */
  public static Clamp full(ActivationFormat f) {
    return new Clamp(f.minCode(), f.maxCode());
  }

  /** {@code max(x, 0)}. */
  public static Clamp relu(ActivationFormat f) {
    return new Clamp(Math.max(f.minCode(), f.zeroCode()), f.maxCode());
  }

  /** {@code min(max(x, 0), 6)}: the upper limit is {@code z + round(6 / s)}. */
  public static Clamp relu6(ActivationFormat f) {
    double six =
        f.zeroCode()
            + Rounding.HALF_AWAY.round(6f / (float) f.step()); // float32 as TensorFlow Lite
    return new Clamp(Math.max(f.minCode(), f.zeroCode()), (int) Math.min(f.maxCode(), six));
  }

  /** The nearest code inside the limits. */
  public int apply(long code) {
    return (int) Math.max(lo, Math.min(hi, code));
  }
}
