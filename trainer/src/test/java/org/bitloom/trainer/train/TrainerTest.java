package org.bitloom.trainer.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.junit.jupiter.api.Test;

class TrainerTest {

  private static FloatNetwork network() {
    Shape in = Shape.of(28, 28, 1);
    Conv2dLayer conv = new Conv2dLayer("conv", in, 8, Window.same(3, 3, 1, 1, 1, 1, 28, 28));
    ActivationLayer relu = new ActivationLayer("relu", conv.output(), new Activation.Relu());
    PoolLayer pool = new PoolLayer("pool", relu.output(), Window.valid(4, 4, 4, 4), true);
    return FloatNetwork.chain(
        "small", List.of(conv, relu, pool, new DenseLayer("dense", pool.output(), 10)));
  }

  private static List<EpochResult> train(FloatNetwork n, int threads, Optimiser o, double rate) {
    Dataset train = FashionMnist.shipped(FashionMnist.Part.TRAIN);
    Dataset test = FashionMnist.shipped(FashionMnist.Part.TEST);
    try (Workers w = new Workers(threads)) {
      return new Trainer(n, new TrainingSettings(7, 3, 60, o, rate, new Schedule.Cosine()))
          .train(train, test, w, new Trainer.Listener() {});
    }
  }

  @Test
  void theSeedAloneDecidesTheWeights() {
    FloatNetwork one = network();
    FloatNetwork three = network();
    List<EpochResult> a = train(one, 1, new Adam(0.9, 0.999, 1e-8), 0.004);
    List<EpochResult> b = train(three, 3, new Adam(0.9, 0.999, 1e-8), 0.004);
    assertEquals(a.getLast().loss(), b.getLast().loss());
    for (int i = 0; i < one.parameters().size(); i++) {
      Parameter p = one.parameters().get(i);
      assertArrayEquals(p.values(), three.parameters().get(i).values(), p.name());
    }
    assertTrue(a.getLast().testAccuracy() > 0.75, "accuracy " + a.getLast().testAccuracy());
    assertTrue(a.getLast().loss() < a.getFirst().loss());
  }

  @Test
  void gradientDescentWithMomentumLearnsToo() {
    List<EpochResult> h = train(network(), 2, new Sgd(0.9), 0.05);
    assertTrue(h.getLast().testAccuracy() > 0.7, "accuracy " + h.getLast().testAccuracy());
  }

  @Test
  void sgdFollowsItsFormula() {
    float[] w = {1, -2};
    Optimiser.State s = new Sgd(0.9).newState(2);
    s.step(w, new float[] {0.5f, -1}, 0.1, 1); // v = -0.05, 0.1
    s.step(w, new float[] {1, 0}, 0.1, 2); // v = -0.145, 0.09
    assertArrayEquals(new float[] {0.805f, -1.81f}, w, 1e-6f);
  }

  @Test
  void adamFollowsItsFormula() {
    double m = 0;
    double v = 0;
    double expected = 1;
    float[] w = {1};
    Optimiser.State s = new Adam(0.9, 0.99, 1e-8).newState(1);
    double[] gradients = {0.5, -0.2, 0.9, 0.1};
    for (int t = 1; t <= gradients.length; t++) {
      double g = gradients[t - 1];
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      expected -=
          0.01 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
      s.step(w, new float[] {(float) g}, 0.01, t);
    }
    assertEquals(expected, w[0], 1e-6);
  }
}
