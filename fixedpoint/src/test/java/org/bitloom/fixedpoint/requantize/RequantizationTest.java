package org.bitloom.fixedpoint.requantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.junit.jupiter.api.Test;

class RequantizationTest {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  @Provide
  Arbitrary<Integer> operands() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(-(1 << 28), 1 << 28),
        Arbitraries.integers().between(-300, 300),
        Arbitraries.of(
            Integer.MIN_VALUE,
            Integer.MIN_VALUE + 1,
            Integer.MAX_VALUE,
            0,
            1,
            -1,
            1 << 30,
            -(1 << 30)));
  }

  @Provide
  Arbitrary<Integer> mantissas() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1 << 30, Integer.MAX_VALUE),
        Arbitraries.of(0, 1 << 30, Integer.MAX_VALUE));
  }

  /**
   * floor(p / 2^31 + 1/2): what the doubling high multiplication gives, and then half away from
   * zero.
   */
  private static BigInteger twice(long acc, int m0, int e) {
    BigInteger x = BigInteger.valueOf(acc).shiftLeft(Math.max(e, 0));
    BigDecimal high =
        new BigDecimal(x.multiply(BigInteger.valueOf(m0)))
            .divide(new BigDecimal(BigInteger.ONE.shiftLeft(31)));
    BigDecimal h = new BigDecimal(high.add(HALF).setScale(0, RoundingMode.FLOOR).toBigInteger());
    BigDecimal y = h.divide(new BigDecimal(BigInteger.ONE.shiftLeft(Math.max(-e, 0))));
    return y.setScale(0, RoundingMode.HALF_UP)
        .toBigInteger(); // BigDecimal's HALF_UP is away from zero
  }

  @Property(tries = 4000)
  void doubleRoundingIsTwoExactRoundings(
      @ForAll("operands") int acc,
      @ForAll("mantissas") int m0,
      @ForAll @IntRange(min = -31, max = 0) int e) {
    assertEquals(
        twice(acc, m0, e).longValueExact(),
        new QuantizedMultiplier(m0, e).apply(acc, RoundingPolicy.DOUBLE));
  }

  @Property
  void doubleRoundingShiftsLeftFirst(
      @ForAll @IntRange(min = -100_000, max = 100_000) int acc,
      @ForAll("mantissas") int m0,
      @ForAll @IntRange(min = 1, max = 14) int e) {
    assertEquals(
        twice(acc, m0, e).longValueExact(),
        new QuantizedMultiplier(m0, e).apply(acc, RoundingPolicy.DOUBLE));
  }

  @Property(tries = 4000)
  void singleRoundingRoundsTheExactProductOnce(
      @ForAll("operands") int acc,
      @ForAll("mantissas") int m0,
      @ForAll @IntRange(min = -31, max = 30) int e) {
    BigDecimal exact =
        new BigDecimal(BigInteger.valueOf(acc).multiply(BigInteger.valueOf(m0)))
            .divide(new BigDecimal(BigInteger.ONE.shiftLeft(31 - e)));
    BigInteger expected = exact.add(HALF).setScale(0, RoundingMode.FLOOR).toBigInteger();
    assertEquals(
        expected.longValueExact(),
        new QuantizedMultiplier(m0, e).apply(acc, RoundingPolicy.SINGLE));
  }

  @Property
  void multipliersAreTheNearest(
      @ForAll @IntRange(min = -40, max = 29) int exponent,
      @ForAll @IntRange(min = 1, max = 1 << 20) int part) {
    double real = Math.scalb(1.0 + (double) part / (1 << 20), exponent - 1) * 0.999;
    QuantizedMultiplier m = QuantizedMultiplier.of(real);
    if (real < 0x1p-32) {
      assertEquals(0, m.mantissa(), "a multiplier below 2^-32 makes the channel vanish");
    } else {
      assertEquals(
          real,
          Math.scalb((double) m.mantissa(), m.exponent() - 31),
          Math.scalb(0.5, m.exponent() - 31));
    }
  }

  @Test
  void cornersOfTheMultiplier() {
    assertEquals(new QuantizedMultiplier(0, 0), QuantizedMultiplier.of(0));
    assertEquals(new QuantizedMultiplier(0, 0), QuantizedMultiplier.of(Double.MIN_VALUE));
    assertEquals(new QuantizedMultiplier(1 << 30, 1), QuantizedMultiplier.of(1));
    assertEquals(
        new QuantizedMultiplier(1 << 30, 0),
        QuantizedMultiplier.of(Math.nextDown(0.5)),
        "rounds up to 2^31");
    assertEquals(new QuantizedMultiplier(1 << 30, -31), QuantizedMultiplier.of(0x1p-32));
    assertThrows(IllegalArgumentException.class, () -> QuantizedMultiplier.of(-1));
    assertThrows(IllegalArgumentException.class, () -> QuantizedMultiplier.of(Double.NaN));
  }

  @Test
  void doublingHighSaturatesOnlyAtTheMinimum() {
    assertEquals(
        Integer.MAX_VALUE, QuantizedMultiplier.doublingHigh(Integer.MIN_VALUE, Integer.MIN_VALUE));
    assertEquals(
        Integer.MIN_VALUE + 1,
        QuantizedMultiplier.doublingHigh(Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  @Test
  void anAccumulatorThatLeaves32BitsIsNotWrapped() {
    assertThrows(
        ArithmeticException.class,
        () -> new QuantizedMultiplier(1 << 30, 8).apply(1 << 24, RoundingPolicy.DOUBLE));
  }

  @Property
  void shiftsRoundTheExactQuotient(
      @ForAll("operands") int acc,
      @ForAll @IntRange(min = -8, max = 40) int shift,
      @ForAll Rounding r,
      @ForAll @IntRange(min = 2, max = 16) int n) {
    BigDecimal x =
        shift >= 0
            ? new BigDecimal(acc).divide(new BigDecimal(BigInteger.ONE.shiftLeft(shift)))
            : new BigDecimal(BigInteger.valueOf(acc).shiftLeft(-shift));
    long rounded =
        switch (r) {
          case HALF_AWAY -> x.setScale(0, RoundingMode.HALF_UP).longValueExact();
          case HALF_EVEN -> x.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
          case HALF_UP -> x.add(HALF).setScale(0, RoundingMode.FLOOR).longValueExact();
          case FLOOR -> x.setScale(0, RoundingMode.FLOOR).longValueExact();
        };
    long top = 1L << (n - 1);
    assertEquals(
        Math.clamp(rounded, -top, top - 1),
        new ShiftRequantization(shift, n, r, Overflow.SATURATE).apply(acc, 0));
    assertEquals(
        Math.floorMod(rounded + top, 2 * top) - top,
        new ShiftRequantization(shift, n, r, Overflow.WRAP).apply(acc, 0));
  }
}
