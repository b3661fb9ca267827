package org.bitloom.fixedpoint.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class FormatsTest {

  /** Method catalogue Q3: N = 8, f = 4 ranges from -8 to 7.9375 in steps of 0.0625. */
  @Test
  void eightBitsWithFractionFour() {
    QFormat f = new QFormat(8, 4);
    assertEquals(-8.0, f.toReal(f.minCode()));
    assertEquals(7.9375, f.toReal(f.maxCode()));
    assertEquals(0.0625, f.step());
  }

  /**
   * Method catalogue Q4: [mu - 2 sigma, mu + 2 sigma] gives s = 4 sigma / 255, z = round(-128 - (mu
   * - 2 sigma)/s).
   */
  @Test
  void twoSigmasAroundTheMean() {
    double mu = 0.3;
    double sigma = 1.7;
    AffineFormat f = AffineFormat.int8(mu - 2 * sigma, mu + 2 * sigma);
    assertEquals((float) (4 * sigma / 255), f.scale());
    assertEquals(Math.round(-128 - (mu - 2 * sigma) / f.scale()), f.zeroPoint());
  }

  @Test
  void rangesAreWidenedToContainZero() {
    assertEquals(-128, AffineFormat.int8(1, 3).zeroPoint());
    assertEquals(127, AffineFormat.int8(-3, -1).zeroPoint());
    assertEquals(0, AffineFormat.int8(0, 0).zeroPoint());
  }

  @Property
  void codesLieWithinHalfAStep(
      @ForAll @DoubleRange(min = -5, max = 5) @Scale(6) double x,
      @ForAll Rounding r,
      @ForAll @IntRange(min = 2, max = 16) int n) {
    QFormat q = QFormat.covering(n, 5);
    AffineFormat a = AffineFormat.int8(-5, 5);
    for (ActivationFormat f : new ActivationFormat[] {q, a}) {
      boolean inside = x >= f.toReal(f.minCode()) && x <= f.toReal(f.maxCode());
      double error = Math.abs(f.toReal(f.toCode(x, r)) - x);
      double limit = (r == Rounding.FLOOR ? 1 : 0.5) * f.step() * (1 + 1e-6);
      assertTrue(!inside || error <= limit, f.describe() + " " + x + " errs by " + error);
    }
  }

  @Property
  void coveringTakesTheLargestFractionThatFits(
      @ForAll @DoubleRange(min = 1e-6, max = 1e6) @Scale(8) double max,
      @ForAll @IntRange(min = 2, max = 16) int n) {
    QFormat f = QFormat.covering(n, max);
    double top = (1 << (n - 1)) - 0.5;
    assertTrue(Math.scalb(max, f.fraction()) <= top);
    assertTrue(Math.scalb(max, f.fraction() + 1) > top);
  }

  @Property
  void overflowSaturatesOrWraps(
      @ForAll @IntRange(min = -100_000, max = 100_000) int v,
      @ForAll @IntRange(min = 2, max = 16) int n) {
    int size = 1 << n;
    assertEquals(Math.max(-size / 2, Math.min(size / 2 - 1, v)), Overflow.SATURATE.apply(v, n));
    assertEquals(Math.floorMod(v + size / 2, size) - size / 2, Overflow.WRAP.apply(v, n));
  }

  @Test
  void rangesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new QFormat(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new QFormat(17, 0));
    assertThrows(IllegalArgumentException.class, () -> new AffineFormat(8, 0f, 0));
    assertThrows(IllegalArgumentException.class, () -> new AffineFormat(8, 1f, 128));
    assertThrows(IllegalArgumentException.class, () -> new AffineFormat(8, Float.NaN, 0));
  }

  @Test
  void notANumberBecomesZero() {
    assertEquals(-7, new AffineFormat(8, 0.1f, -7).toCode(Double.NaN, Rounding.HALF_AWAY));
    assertEquals(0, new QFormat(8, 3).toCode(Double.NaN, Rounding.HALF_UP));
  }
}
