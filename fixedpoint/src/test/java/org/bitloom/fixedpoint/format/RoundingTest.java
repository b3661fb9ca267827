package org.bitloom.fixedpoint.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RoundingTest {

  /** The definition by exact decimals. */
  private static BigInteger exact(Rounding r, BigDecimal x) {
    BigDecimal half = new BigDecimal("0.5");
    return switch (r) {
      case HALF_AWAY -> x.setScale(0, RoundingMode.HALF_UP).toBigInteger();
      case HALF_EVEN -> x.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
      case HALF_UP -> x.add(half).setScale(0, RoundingMode.FLOOR).toBigInteger();
      case FLOOR -> x.setScale(0, RoundingMode.FLOOR).toBigInteger();
    };
  }

  @Property
  void shiftingRoundsTheExactQuotient(
      @ForAll @LongRange(min = -(1L << 40), max = 1L << 40) long v,
      @ForAll @IntRange(max = 45) int k,
      @ForAll Rounding r) {
    BigDecimal quotient = new BigDecimal(v).divide(new BigDecimal(BigInteger.ONE.shiftLeft(k)));
    assertEquals(exact(r, quotient).longValueExact(), r.shiftRight(v, k));
  }

  @Property
  void dividingRoundsTheExactQuotient(
      @ForAll @IntRange(min = -100_000, max = 100_000) int v,
      @ForAll @IntRange(min = 1, max = 200) int n,
      @ForAll Rounding r) {
    int expected =
        switch (r) {
          case HALF_AWAY -> Integer.signum(v) * Math.floorDiv(2 * Math.abs(v) + n, 2 * n);
          case HALF_UP -> Math.floorDiv(2 * v + n, 2 * n);
          case FLOOR -> Math.floorDiv(v, n);
          case HALF_EVEN -> {
            int f = Math.floorDiv(v, n);
            int twice = 2 * Math.floorMod(v, n);
            yield twice > n || (twice == n && f % 2 != 0) ? f + 1 : f;
          }
        };
    assertEquals(expected, r.divide(v, n));
  }

  @Property
  void roundsDoublesAsTheirExactValue(
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double x, @ForAll Rounding r) {
    assertEquals(exact(r, new BigDecimal(x)).doubleValue(), r.round(x), 0.0);
  }

  @Test
  void tiesAndTheirNeighbours() {
    double[] x = {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994};
    double[][] expected = {
      {-3, -2, -1, 1, 2, 3, 0},
      {-2, -2, -0.0, 0, 2, 2, 0},
      {-2, -1, 0, 1, 2, 3, 0},
      {-3, -2, -1, 0, 1, 2, 0}
    };
    for (Rounding r : Rounding.values()) {
      for (int i = 0; i < x.length; i++) {
        assertEquals(expected[r.ordinal()][i], r.round(x[i]) + 0.0, 0.0, r + " of " + x[i]);
      }
    }
  }
}
