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

  /**
   * Method catalogue Q4: mu +- 2 sigma gives s = 4 sigma / 255 and z = round(-128 - (mu - 2 sigma)
   * / s).
   */
  @Test
  void sigmaSpansTheWorkedExample() {
    Statistics s = gaussian(4f);
    AffineFormat f = new Sigma(2).affine(s, 8);
    assertEquals((float) (4 * s.deviation() / 255), f.scale(), 1e-9);
    assertEquals(Math.round(-128 - (s.mean() - 2 * s.deviation()) / f.scale()), f.zeroPoint());
    assertEquals(0, s.mean(), 0.03);
    assertEquals(1, s.deviation(), 0.03);
    assertEquals(
        new MinMax().affine(s, 8), new Sigma(50).affine(s, 8), "never wider than what was seen");
  }

  @Test
  void percentileCutsBothEnds() {
    float[] v = new float[1001];
    for (int i = 0; i < v.length; i++) {
      v[i] = i - 500;
    }
    AffineFormat f = new Percentile(99).affine(Statistics.of(v), 8);
    assertEquals((float) (980.0 / 255), f.scale(), 1e-5);
    assertEquals(
        new MinMax().affine(Statistics.of(v), 8), new Percentile(100).affine(Statistics.of(v), 8));
  }

  @Test
  void movingAverageForgetsAnOddSample() {
    Statistics s = new Statistics();
    for (int i = 0; i < 200; i++) {
      s.add(new float[] {0, i == 10 ? 100 : 1}, 0, 2);
    }
    assertEquals(100, s.max());
    assertEquals(1, s.movingMax(), 0.01);
    assertTrue(new MovingAverage().affine(s, 8).scale() < new MinMax().affine(s, 8).scale() / 50);
  }

  @Test
  void entropyClipsALoneOutlierAndKeepsAnEvenSpread() {
    assertTrue(
        new Entropy().affine(gaussian(100f), 8).scale()
            < new MinMax().affine(gaussian(100f), 8).scale() / 4);
    float[] even = new float[8192];
    for (int i = 0; i < even.length; i++) {
      even[i] = (i + 0.5f) / even.length;
    }
    float whole = new MinMax().affine(Statistics.of(even), 8).scale();
    assertEquals(whole, new Entropy().affine(Statistics.of(even), 8).scale(), whole * 0.05);
  }

  @Test
  void namesGiveRulesAndNothingElse() {
    assertEquals(new Sigma(2.5), Calibration.of("sigma:2.5"));
    assertEquals(new Percentile(99), Calibration.of("percentile:99"));
    assertEquals(new Entropy(), Calibration.of("kl"));
    for (String bad : new String[] {"sigma", "percentile:40", "minmax:3", "best", "sigma:x"}) {
      org.junit.jupiter.api.Assertions.assertThrows(
          IllegalArgumentException.class, () -> Calibration.of(bad), bad);
    }
  }
}
