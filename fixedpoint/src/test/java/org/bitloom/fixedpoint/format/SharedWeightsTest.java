package org.bitloom.fixedpoint.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.bitloom.fixedpoint.calibrate.KMeans;
import org.junit.jupiter.api.Test;

class SharedWeightsTest {

  /** Four bits: a zero and, of either sign, exponents -6 .. 0. */
  @Test
  void logarithmicCodesArePowersOfTwoAndZero() {
    LogFormat f = LogFormat.covering(4, 1.0);
    assertEquals(-6, f.smallest());
    assertEquals(0.0, f.toReal(0, 0));
    for (int k = 1; k <= 7; k++) {
      assertEquals(Math.scalb(1.0, k - 7), f.toReal(k, 0));
      assertEquals(-Math.scalb(1.0, k - 7), f.toReal(-k, 0));
      assertEquals(k, f.toCode(f.toReal(k, 0)));
    }
    assertFalse(f.isCode(8));
    assertTrue(f.isCode(-7));
    assertEquals(8, f.integerBits());
  }

  @Property
  void theNearestPowerIsChosenInTheLogarithm(
      @ForAll @DoubleRange(min = -4, max = 4) @Scale(9) double x,
      @ForAll @IntRange(min = 2, max = 5) int bits) {
    LogFormat f = LogFormat.covering(bits, 4);
    int code = f.toCode(x);
    int last = (1 << (bits - 1)) - 1;
    if (Math.abs(x) < Math.scalb(0.5, f.smallest())) {
      assertEquals(0, code);
      return;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int k = 1; k <= last; k++) {
      least = Math.min(least, Math.abs(Math.log(Math.abs(x)) - Math.log(f.toReal(k, 0))));
    }
    assertEquals(Math.signum(x), Math.signum(f.toReal(code, 0)));
    assertEquals(
        least, Math.abs(Math.log(Math.abs(x)) - Math.log(Math.abs(f.toReal(code, 0)))), 1e-12);
  }

  @Test
  void aBookStandsForItsEntries() {
    CodeBook b = new CodeBook(2, List.of(-100, 0, 7), new QFormat(8, 5));
    assertEquals(-100, b.integer(0));
    assertEquals(7 / 32.0, b.toReal(2, 0));
    assertFalse(b.isCode(3));
    assertThrows(
        IllegalArgumentException.class, () -> new CodeBook(1, List.of(1, 2, 3), new QFormat(8, 5)));
    assertThrows(
        IllegalArgumentException.class, () -> new CodeBook(2, List.of(128), new QFormat(8, 5)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CodeBook(2, List.of(1), new ChannelScales(8, List.of(1f, 2f))));
  }

  @Test
  void clustersThatLieApartAreFoundFromEveryStart() {
    float[] v = new float[400];
    SplittableRandom r = new SplittableRandom(3);
    double[] centres = {
      -2, -0.4, 1.2, 3
    }; // k-means finds a local optimum: spread evenly, it is this one
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (centres[i % 4] + r.nextDouble(-0.01, 0.01));
    }
    for (KMeans.Start s : List.of(KMeans.Start.DENSITY, KMeans.Start.LINEAR)) {
      assertArrayEquals(centres, KMeans.centroids(v, 4, s, 1), 0.01, s.name());
    }
    double[] random = KMeans.centroids(v, 16, KMeans.Start.RANDOM, 1);
    for (double c : centres) {
      assertEquals(c, random[KMeans.nearest(random, c)], 0.02);
    }
    assertArrayEquals(random, KMeans.centroids(v, 16, KMeans.Start.RANDOM, 1), "the seed decides");
  }
}
