package org.bitloom.trainer.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.trainer.layer.Initialisation;
import org.junit.jupiter.api.Test;

/** Every rule against an independent evaluation of its formula in double. */
class FormulasTest {
  private static final double[] GRADIENTS = {0.5, -0.2, 0.9, 0.1, -0.7};
  private static final double RATE = 0.05;

  /** Steps a rule through the gradients from 1 and returns the last value. */
  private static double run(Optimiser o) {
    float[] w = {1};
    Optimiser.State s = o.newState(1);
    for (int t = 1; t <= GRADIENTS.length; t++) {
      s.step(w, new float[] {(float) GRADIENTS[t - 1]}, RATE, t);
    }
    return w[0];
  }

  @Test
  void adaGrad() {
    double w = 1;
    double s = 0;
    for (double g : GRADIENTS) {
      s += g * g;
      w -= RATE * g / (Math.sqrt(s) + 1e-8);
    }
    assertEquals(w, run(new AdaGrad(1e-8)), 1e-6);
  }

  @Test
  void adaDelta() {
    double w = 1;
    double s = 0;
    double u = 0;
    for (double g : GRADIENTS) {
      s = 0.9 * s + 0.1 * g * g;
      double d = -Math.sqrt(u + 1e-6) / Math.sqrt(s + 1e-6) * g;
      u = 0.9 * u + 0.1 * d * d;
      w += RATE * d;
    }
    assertEquals(w, run(new AdaDelta(0.9, 1e-6)), 1e-6);
  }

  @Test
  void rmsPropWithAndWithoutMomentum() {
    for (double momentum : new double[] {0, 0.8}) {
      double w = 1;
      double s = 0;
      double v = 0;
      for (double g : GRADIENTS) {
        s = 0.9 * s + 0.1 * g * g;
        v = momentum * v - RATE * g / (Math.sqrt(s) + 1e-8);
        w += v;
      }
      assertEquals(w, run(new RmsProp(0.9, momentum, 1e-8)), 1e-5);
    }
  }

  /** On a function whose gradient depends on the place: f = w^2, g = 2 w. */
  @Test
  void nesterovTakesTheGradientAhead() {
    double theta = 1;
    double v = 0;
    float[] held = {1};
    Optimiser.State s = new Sgd(0.9, true).newState(1);
    for (int t = 1; t <= 6; t++) {
      double g = 2 * (theta + 0.9 * v); // gradient at theta + rho v
      v = 0.9 * v - RATE * g;
      theta += v;
      s.step(held, new float[] {2 * held[0]}, RATE, t);
      assertEquals(theta + 0.9 * v, held[0], 1e-5, "the held value is the place ahead");
    }
  }

  @Test
  void schedules() {
    assertEquals(1, new Schedule.Constant().factor(3, 10));
    assertEquals(1, new Schedule.Cosine().factor(0, 10), 1e-12);
    assertEquals(0.5, new Schedule.Cosine().factor(5, 10), 1e-12);
    assertEquals(0, new Schedule.Cosine().factor(10, 10), 1e-12);
    assertEquals(0.25, new Schedule.Step(3, 0.5).factor(6.9, 10), 1e-12);
    assertEquals(1 / (1 + 0.3 * 4), new Schedule.InverseTime(0.3).factor(4, 10), 1e-12);
    assertEquals(0.9 * 0.9, new Schedule.Exponential(0.9).factor(2, 10), 1e-12);
    assertEquals(Math.exp(-0.6), new Schedule.NaturalExponential(0.3).factor(2, 10), 1e-12);
    Schedule warm = new Schedule.WarmUp(2, new Schedule.Cosine());
    assertEquals(0.25, warm.factor(0.5, 10), 1e-12);
    assertEquals(0.5, warm.factor(6, 10), 1e-12);
  }

  @Test
  void lossesOfTheCatalogue() {
    double[] labels = {1, 2};
    double[] predictions = {1.5, 1.5};
    assertEquals(0.25, Loss.meanSquaredError(labels, predictions), 1e-12);
    double[] p = {0, 1, 0};
    double[] q = {0.2, 0.7, 0.1};
    assertEquals(0.36, Loss.crossEntropy(p, q), 0.005);
    assertEquals(-Math.log(0.7), Loss.crossEntropy(p, q), 1e-12);
    assertEquals(0, Loss.klDivergence(q, q), 1e-12);
    double[] r = {0.5, 0.25, 0.25};
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      expected += r[i] * Math.log(r[i] / q[i]);
    }
    assertEquals(expected, Loss.klDivergence(r, q), 1e-12);
  }

  private static void centralDifferences(Loss loss) {
    SplittableRandom r = new SplittableRandom(5);
    int classes = 4;
    float[] x = new float[2 * classes];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (2 * r.nextDouble() - 1);
    }
    int[] labels = {2, 0};
    float[] g = new float[x.length];
    loss.evaluate(x, labels, 2, classes, 0.5, g);
    float[] scratch = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      float before = x[i];
      float h = 1f / 256;
      x[i] = before + h;
      double up = loss.evaluate(x, labels, 2, classes, 1, scratch);
      x[i] = before - h;
      double down = loss.evaluate(x, labels, 2, classes, 1, scratch);
      x[i] = before;
      assertEquals(0.5 * (up - down) / (2 * h), g[i], 1e-4, loss + " element " + i);
    }
  }

  @Test
  void lossesPassCentralDifferences() {
    centralDifferences(new SoftmaxCrossEntropy(0));
    centralDifferences(new SoftmaxCrossEntropy(0.1));
    centralDifferences(new MeanSquaredError());
  }

  @Test
  void labelSmoothingIsCrossEntropyWithSmoothedLabels() {
    float[] x = {0.3f, -1, 2};
    double sum = Math.exp(0.3) + Math.exp(-1) + Math.exp(2);
    double[] q = {Math.exp(0.3) / sum, Math.exp(-1) / sum, Math.exp(2) / sum};
    double[] p = {0.05, 0.9, 0.05};
    double loss = new SoftmaxCrossEntropy(0.1).evaluate(x, new int[] {1}, 1, 3, 1, new float[3]);
    assertEquals(Loss.crossEntropy(p, q), loss, 1e-6);
  }

  @Test
  void regularisersPassCentralDifferences() {
    for (Regulariser r :
        List.of(
            new Regulariser.L1(0.3),
            new Regulariser.L2(0.3),
            new Regulariser.NormMultiplier(0.5, 0.2))) {
      Regulariser.Applied a = r.apply();
      float[] w = {0.5f, -0.75f, 1.25f};
      a.after(w); // the multiplier grows: the norm is above 0.5
      float[] g = new float[3];
      a.penalise(w, g);
      for (int i = 0; i < 3; i++) {
        float before = w[i];
        float h = 1f / 512;
        w[i] = before + h;
        double up = a.penalise(w, new float[3]);
        w[i] = before - h;
        double down = a.penalise(w, new float[3]);
        w[i] = before;
        assertEquals((up - down) / (2 * h), g[i], 1e-4, r + " element " + i);
      }
    }
    float[] zero = {0};
    float[] g = new float[1];
    new Regulariser.L1(1).apply().penalise(zero, g);
    assertEquals(0, g[0], "sgn(0) = 0");
  }

  @Test
  void constraintsHold() {
    float[] w = {3, -4};
    new Regulariser.NormProjection(2.5).apply().after(w);
    assertArrayEquals(new float[] {1.5f, -2}, w, 1e-6f);
    new Regulariser.WeightClipping(1.75).apply().after(w);
    assertArrayEquals(new float[] {1.5f, -1.75f}, w, 1e-6f);
    new Regulariser.WeightDecay(0.1).apply().before(w, 0.5);
    assertArrayEquals(new float[] {1.425f, -1.6625f}, w, 1e-6f);
    Regulariser.Applied a = new Regulariser.NormMultiplier(1, 0.5).apply();
    a.after(new float[] {3, 4});
    assertEquals(2, a.memory()[0], 1e-6, "mu = 0 + 0.5 (5 - 1)");
    a.after(new float[] {0.1f, 0});
    assertEquals(1.55, a.memory()[0], 1e-6);
    // minimising (w - 3)^2 under |w| < 1 ends at 1
    float[] v = {0.2f};
    Regulariser.Applied held = new Regulariser.NormMultiplier(1, 0.05).apply();
    for (int i = 0; i < 4000; i++) {
      float[] grad = {2 * (v[0] - 3)};
      held.penalise(v, grad);
      v[0] -= 0.05f * grad[0];
      held.after(v);
    }
    assertEquals(1, v[0], 0.01);
  }

  @Test
  void clipping() {
    float[] a = {3, -0.5f};
    float[] b = {-4};
    assertEquals(
        Math.sqrt(9 + 0.25 + 16), new Clipping(null, null, 2.0).apply(List.of(a, b)), 1e-6);
    double norm = Math.sqrt(a[0] * a[0] + a[1] * a[1] + b[0] * b[0]);
    assertEquals(2, norm, 1e-6);
    float[] c = {3, -0.5f, -4};
    new Clipping(-1.0, 2.0, null).apply(List.of(c));
    assertArrayEquals(new float[] {2, -0.5f, -1}, c);
  }

  @Test
  void initialisationsHaveTheirVariance() {
    int n = 40_000;
    double[] expected = {0, 1e-4, 2.0 / 300, 6.0 / 300 / 3, 2.0 / 100};
    for (Initialisation how : Initialisation.values()) {
      float[] w = new float[n];
      how.draw(w, 100, 200, new SplittableRandom(3));
      double sum = 0;
      double largest = 0;
      for (float v : w) {
        sum += (double) v * v;
        largest = Math.max(largest, Math.abs(v));
      }
      assertEquals(expected[how.ordinal()], sum / n, 0.03 * expected[how.ordinal()], how.name());
      assertTrue(how != Initialisation.XAVIER_UNIFORM || largest <= Math.sqrt(6.0 / 300));
    }
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Sgd(1, true));
    assertThrows(IllegalArgumentException.class, () -> new Clipping(2.0, 1.0, null));
    assertThrows(IllegalArgumentException.class, () -> new SoftmaxCrossEntropy(1));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Step(0, 0.5));
  }
}
