package org.bitloom.fixedpoint.calibrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  private static Statistics gaussian(float outlier) {
    SplittableRandom r = new SplittableRandom(5);
    float[] v = new float[20_000];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) r.nextGaussian();
    }
    v[0] = outlier;
    return Statistics.of(v);
  }

  private static double error(float[] sample, QFormat f) {
    double e = 0;
    for (float v : sample) {
      e += Math.pow(f.toReal(f.toCode(v, Rounding.HALF_AWAY)) - v, 2);
    }
    return e;
  }

  @Test
  void minMaxSpansTheExtremes() {
    AffineFormat f = new MinMax().affine(Statistics.of(-1f, 0.25f, 3f), 8);
    assertEquals((float) (4.0 / 255), f.scale());
    assertEquals(Math.round(-128 + 1 / f.scale()), f.zeroPoint());
    assertEquals(5, new MinMax().fixedPoint(Statistics.of(-1f, 3f), 8).fraction());
    assertEquals((float) (3.0 / 127), new MinMax().symmetricScale(Statistics.of(-1f, 3f), 8));
  }

  @Test
  void meanSquareErrorIsTheLeastOverAllFractions() {
    Statistics s = gaussian(100f);
    QFormat best = new MeanSquareError().fixedPoint(s, 6);
    for (int f = best.fraction() - 4; f < best.fraction() + 5; f++) {
      assertTrue(error(s.sample(), best) <= error(s.sample(), new QFormat(6, f)), "f = " + f);
    }
  }

  @Test
  void meanSquareErrorClipsAnOutlier() {
    Statistics s = gaussian(100f);
    assertTrue(new MeanSquareError().affine(s, 4).scale() < new MinMax().affine(s, 4).scale());
    assertTrue(new MeanSquareError().symmetricScale(s, 4) < new MinMax().symmetricScale(s, 4));
  }

  @Test
  void thinningKeepsExtremesAndMoments() {
    float[] v = new float[300_000];
    for (int i = 0; i < v.length; i++) {
      v[i] = i % 1000;
    }
    Statistics s = Statistics.of(v);
    assertEquals(999, s.max());
    assertEquals(499.5, s.mean(), 1e-6);
    assertTrue(s.sample().length <= 1 << 16 && s.sample().length > 1 << 14);
  }
}
