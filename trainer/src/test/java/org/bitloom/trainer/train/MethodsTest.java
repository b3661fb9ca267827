package org.bitloom.trainer.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Folding;
import org.bitloom.trainer.data.Augmentation;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Noise;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Transforms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Noise, pruning, distillation, augmentation and folding against what they promise. */
class MethodsTest {
  private static final Shape VECTOR = Shape.of(1, 1, 200);

  /** Every kind keeps the expectation of a unit's output between training and test. */
  @ParameterizedTest
  @ValueSource(strings = {"dropout", "gaussian", "gaussian usual", "standout"})
  void noiseKeepsTheExpectation(String kind) {
    Noise noise =
        switch (kind) {
          case "dropout" -> new Noise.Dropout(0.3);
          case "gaussian" -> new Noise.Gaussian(0.3, false);
          case "gaussian usual" -> new Noise.Gaussian(0.3, true);
          default -> new Noise.Standout(0.8, -0.2);
        };
    Layer.Pass pass = new DropoutLayer(kind, VECTOR, noise).newPass(1);
    float[] x = new float[200];
    for (int i = 0; i < 200; i++) {
      x[i] = (i - 100) / 40f;
    }
    double[] sum = new double[200];
    double squares = 0;
    int runs = 20_000;
    for (int r = 0; r < runs; r++) {
      float[] y = pass.forward(new float[][] {x}, 1, new Layer.Run(true, r * 7919L + 1, p -> null));
      for (int i = 0; i < 200; i++) {
        sum[i] += y[i];
      }
      squares += Math.pow(y[180] / x[180] - 1, 2);
    }
    float[] rest = pass.forward(new float[][] {x}, 1, new Layer.Run(false, 0, p -> null));
    for (int i = 0; i < 200; i++) {
      assertEquals(rest[i], sum[i] / runs, 0.05 * Math.max(1, Math.abs(x[i])), kind + " " + i);
    }
    if (noise instanceof Noise.Gaussian g) {
      assertEquals(g.usual() ? 0.3 / 0.7 : 0.3 * 0.7, g.variance(), 1e-12);
      assertEquals(g.variance(), squares / runs, 0.05);
    }
  }

  @Test
  void dropConnectKeepsTheExpectationOfAWeight() {
    Transforms.DropConnect t = new Transforms.DropConnect(0.25);
    float[] w = {1, -2, 0.5f};
    float[] out = new float[3];
    double[] sum = new double[3];
    for (int i = 0; i < 20_000; i++) {
      t.apply(w, out, true, i * 31L + 5);
      for (int j = 0; j < 3; j++) {
        sum[j] += out[j] / 20_000;
      }
    }
    for (int j = 0; j < 3; j++) {
      assertEquals(w[j], sum[j], 0.03);
    }
    t.apply(w, out, false, 0);
    assertArrayEquals(w, out);
  }

  @Test
  void spectralNormDividesByTheLargestSingularValue() {
    Parameter w = new Parameter("w", Shape.of(2, 2), new float[] {3, 0, 0, -5});
    w.attach(new Transforms.SpectralNorm(w));
    assertArrayEquals(new float[] {0.6f, 0, 0, -1}, w.effective(), 1e-5f);
  }

  @Test
  void weightNormStartsAsItWas() {
    Parameter w = new Parameter("w", Shape.of(2, 2), new float[] {3, 4, 0, -5});
    Transforms.WeightNorm t = new Transforms.WeightNorm(w);
    w.attach(t);
    assertArrayEquals(new float[] {3, 4, 0, -5}, w.effective(), 1e-6f);
    t.own().getFirst().values()[0] = 10; // twice the norm
    assertArrayEquals(new float[] {6, 8, 0, -5}, w.effective(), 1e-6f);
  }

  private static FloatNetwork small() {
    return TrainingConfig.parse(
            """
            epochs: 1
            optimizer: {type: adam, rate: 0.001}
            layers:
              - {name: a, type: conv, filters: 8, kernel: 3, stride: 2, batch_norm: true, activation: relu}
              - {name: b, type: dense, units: 10}
            """,
            "t")
        .network(Shape.of(28, 28, 1), "t");
  }

  private static List<EpochResult> train(FloatNetwork n, TrainingSettings.Extras extras) {
    Dataset d = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(1280);
    TrainingSettings s =
        new TrainingSettings(3, 2, 64, new Adam(0.9, 0.999, 1e-8), 0.004, new Schedule.Constant())
            .with(extras);
    try (Workers w = new Workers()) {
      return new Trainer(n, s).train(d, d.first(128), w, new Trainer.Listener() {});
    }
  }

  private static double sparsity(Parameter p) {
    int zero = 0;
    for (float v : p.effective()) {
      zero += v == 0 ? 1 : 0;
    }
    return (double) zero / p.effective().length;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradualPruningReachesItsSparsityAndHoldsIt(boolean global) {
    FloatNetwork n = small();
    Pruning p = new Pruning(0.8, 0.1, 0.6, global, false);
    List<EpochResult> h = train(n, new TrainingSettings.Extras(Augmentation.NONE, null, p, false));
    Parameter dense =
        n.parameters().stream().filter(q -> q.name().equals("b.weight")).findFirst().orElseThrow();
    assertEquals(0.8, sparsity(dense), global ? 0.1 : 0.005);
    assertTrue(h.getLast().trainAccuracy() > h.getFirst().trainAccuracy(), "learns all the same");
  }

  @Test
  void oneShotPruningFollowsTheFormula() {
    assertEquals(0, new Pruning(0.5, 0.2, 0.2, false, false).at(0.19));
    assertEquals(0.5, new Pruning(0.5, 0.2, 0.2, false, false).at(0.2));
    Pruning p = new Pruning(0.9, 0, 1, false, false);
    assertEquals(0.9 * (1 - Math.pow(0.75, 3)), p.at(0.25), 1e-12);
  }

  @Test
  void distillationMixesTheLosses() {
    float[] student = {0.5f, -1, 2};
    float[] teacher = {1, 0, 3};
    double t = 3;
    Distillation d = new Distillation(small(), t, 0.6, 0.4);
    double[] p = Distillation.soften(teacher, 0, 3, t);
    double sum = 0;
    for (float z : teacher) {
      sum += Math.exp(z / t);
    }
    assertEquals(Math.exp(1 / t) / sum, p[0], 1e-12);
    float[] hardGradient = {0.1f, 0.2f, -0.3f};
    float[] g = hardGradient.clone();
    double loss = d.mix(1.5, student, teacher, 1, 3, 1, g);
    double[] q = Distillation.soften(student, 0, 3, t);
    assertEquals(0.6 * t * t * Loss.klDivergence(p, q) + 0.4 * 1.5, loss, 1e-9);
    for (int k = 0; k < 3; k++) { // central differences of the soft part
      float[] up = student.clone();
      float[] down = student.clone();
      up[k] += 1e-3f;
      down[k] -= 1e-3f;
      double slope =
          0.6
              * t
              * t
              * (Loss.klDivergence(p, Distillation.soften(up, 0, 3, t))
                  - Loss.klDivergence(p, Distillation.soften(down, 0, 3, t)))
              / 2e-3;
      assertEquals(slope + 0.4 * hardGradient[k], g[k], 1e-4);
    }
  }

  @Test
  void augmentationMovesImagesByTheSeed() {
    Shape s = Shape.of(5, 5, 1);
    float[] x = new float[25];
    x[2 * 5 + 1] = 1;
    float[] same = x.clone();
    new Augmentation(false, 0, 0, 0, 0).apply(same, 0, s, 1);
    assertArrayEquals(x, same);
    boolean flipped = false;
    for (int seed = 0; seed < 20; seed++) {
      float[] y = x.clone();
      new Augmentation(true, 0, 0, 0, 0).apply(y, 0, s, seed);
      assertTrue(y[2 * 5 + 1] > 0.99 || y[2 * 5 + 3] > 0.99, Arrays.toString(y));
      flipped |= y[2 * 5 + 3] > 0.99;
    }
    assertTrue(flipped);
    float[] turned = x.clone();
    new Augmentation(false, 45, 0.2, 1, 0.01).apply(turned, 0, s, 3);
    float[] again = x.clone();
    new Augmentation(false, 45, 0.2, 1, 0.01).apply(again, 0, s, 3);
    assertArrayEquals(turned, again);
  }

  /** Folded batch normalization computes what the running statistics did. */
  @Test
  void foldingChangesNothing() {
    FloatNetwork n = small();
    train(n, TrainingSettings.Extras.NONE);
    float[] x = new float[784];
    SplittableRandom r = new SplittableRandom(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) r.nextDouble();
    }
    float[] want = new NetworkPass(n, 1).forward(x, 1).clone();
    FloatNetwork folded = Folding.fold(n);
    assertEquals(n.nodes().size() - 1, folded.nodes().size());
    assertArrayEquals(want, new NetworkPass(folded, 1).forward(x, 1), 1e-4f);
  }

  /** Joint layers, noise and transforms give the same weights on any number of cores. */
  @Test
  void theSeedAloneDecidesWithNormalizationAndNoise() {
    float[][] weights = new float[2][];
    for (int run = 0; run < 2; run++) {
      FloatNetwork n =
          TrainingConfig.parse(
                  """
                  epochs: 1
                  optimizer: {type: adam, rate: 0.001}
                  layers:
                    - {type: conv, filters: 8, kernel: 3, stride: 2, batch_norm: true, activation: relu, drop_connect: 0.2}
                    - {type: dropout, rate: 0.3}
                    - {name: b, type: dense, units: 10, spectral_norm: true}
                  """,
                  "t")
              .network(Shape.of(28, 28, 1), "t");
      Dataset d = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(640);
      TrainingSettings s =
          new TrainingSettings(
              3, 2, 64, new Adam(0.9, 0.999, 1e-8), 0.004, new Schedule.Constant());
      try (Workers w = new Workers(run == 0 ? 1 : 3)) {
        new Trainer(n, s).train(d, d.first(64), w, new Trainer.Listener() {});
      }
      weights[run] = n.parameters().getLast().values();
    }
    assertArrayEquals(weights[0], weights[1]);
  }
}
