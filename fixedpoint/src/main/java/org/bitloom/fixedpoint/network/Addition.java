package org.bitloom.fixedpoint.network;

import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;

/** How two codes, less their zero points, become the code of their sum, less its zero point. */
public sealed interface Addition permits Addition.Affine, Addition.FixedPoint {

  /**
   * The sum of two codes less their zero points; subtraction hands in the second one's place a
   * negated term.
   */
  long apply(long left, long right, boolean subtract);

  /**
   * Affine int8: both inputs shifted left by 20, scaled to twice the larger scale, added, scaled to
   * the output (numerics.md, ADD).
   */
  record Affine(
      RoundingPolicy policy,
      QuantizedMultiplier left,
      QuantizedMultiplier right,
      QuantizedMultiplier sum)
      implements Addition {
    /** Left shift of the inputs. */
    public static final int SHIFT = 20;

    /** From the formats. */
    public static Affine of(
        RoundingPolicy policy, AffineFormat a, AffineFormat b, AffineFormat out) {
      double twice = 2.0 * Math.max(a.scale(), b.scale());
      return new Affine(
          policy,
          QuantizedMultiplier.of(a.scale() / twice),
          QuantizedMultiplier.of(b.scale() / twice),
          QuantizedMultiplier.of(twice / ((1 << SHIFT) * (double) out.scale())));
    }

    @Override
    public long apply(long l, long r, boolean subtract) {
      long a = left.apply(l << SHIFT, policy);
      long b = right.apply(r << SHIFT, policy);
      return sum.apply(subtract ? a - b : a + b, policy);
    }
  }

  /**
   * Dynamic fixed point: both aligned to the larger fraction, added exactly, shifted to the
   * output's.
   */
  record FixedPoint(int alignLeft, int alignRight, ShiftRequantization sum) implements Addition {

    /** From the formats. */
    public static FixedPoint of(
        QFormat a, QFormat b, QFormat out, Rounding rounding, Overflow overflow) {
      int f = Math.max(a.fraction(), b.fraction());
      return new FixedPoint(
          f - a.fraction(),
          f - b.fraction(),
          new ShiftRequantization(f - out.fraction(), out.bits(), rounding, overflow));
    }

    /** Checks the range: 0 to 40 bits of alignment. */
    public FixedPoint {
      if (Math.min(alignLeft, alignRight) < 0 || Math.max(alignLeft, alignRight) > 40) {
        throw new IllegalArgumentException("fractions of an addition lie more than 40 bits apart");
      }
    }

    @Override
    public long apply(long l, long r, boolean subtract) {
      long a = l << alignLeft;
      long b = r << alignRight;
      return sum.apply(subtract ? a - b : a + b, 0);
    }
  }
}
