package org.bitloom.trainer.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.train.SoftmaxCrossEntropy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every layer's gradients against central differences of a random linear functional of its output.
 */
class GradientTest {
  private static final int SAMPLES = 3;
  private static final float STEP = 1e-2f;

  static Stream<Layer> layers() {
    Shape map = Shape.of(6, 5, 3);
    return Stream.of(
        new Conv2dLayer("conv", map, 4, Window.same(3, 3, 1, 1, 1, 1, 6, 5)),
        new Conv2dLayer("strided", map, 2, new Window(3, 2, 2, 3, 1, 1, 1, 0, 1, 2)),
        new Conv2dLayer("dilated", map, 2, new Window(2, 2, 1, 1, 2, 3, 1, 2, 0, 0)),
        new Conv2dLayer("pointwise", map, 5, Window.valid(1, 1, 1, 1)),
        new DenseLayer("dense", map, 7),
        new GroupedConv2dLayer(
            "depthwise",
            map,
            map.channels(),
            Window.same(3, 3, 1, 1, 1, 1, map.height(), map.width()),
            map.channels()),
        new GroupedConv2dLayer(
            "grouped", Shape.of(5, 4, 6), 4, new Window(2, 3, 2, 1, 1, 2, 1, 0, 0, 2), 2),
        new ReluLayer("relu", map),
        new ActivationLayer("sigmoid", map, new Activation.Sigmoid()),
        new ActivationLayer("tanh", map, new Activation.Tanh()),
        new ActivationLayer("relu6", map, new Activation.Relu6()),
        new ActivationLayer("leaky", map, new Activation.LeakyRelu(0.1)),
        new ActivationLayer("hard sigmoid", map, new Activation.HardSigmoid()),
        new ActivationLayer("hard swish", map, new Activation.HardSwish()),
        new FlattenLayer("flatten", map),
        new PoolLayer("max", map, Window.valid(2, 2, 2, 2), true),
        new PoolLayer("overlapping max", map, new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1), true),
        new PoolLayer("average", map, new Window(3, 2, 2, 1, 1, 1, 1, 0, 0, 1), false));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void matchesCentralDifferences(Layer layer) {
    SplittableRandom r = new SplittableRandom(11);
    layer.initialise(Initialisation.HE, r);
    for (Parameter p : layer.parameters()) {
      fill(p.values(), r);
    }
    float[] x = new float[SAMPLES * layer.input().size()];
    fill(x, r);
    float[] functional = new float[SAMPLES * layer.output().size()];
    fill(functional, r);
    Layer.Pass pass = layer.newPass(SAMPLES);
    pass.forward(x, SAMPLES);
    List<float[]> gradients =
        layer.parameters().stream().map(p -> new float[p.values().length]).toList();
    float[] dx = pass.backward(functional, SAMPLES, gradients, true).clone();
    check(layer, pass, x, functional, x, dx, "input");
    for (int i = 0; i < gradients.size(); i++) {
      Parameter p = layer.parameters().get(i);
      check(layer, pass, x, functional, p.values(), gradients.get(i), p.name());
    }
  }

  private static void check(
      Layer layer,
      Layer.Pass pass,
      float[] x,
      float[] functional,
      float[] values,
      float[] gradient,
      String what) {
    for (int i = 0; i < values.length; i += Math.max(1, values.length / 60)) {
      float keep = values[i];
      values[i] = keep + STEP;
      double up = dot(pass.forward(x, SAMPLES), functional);
      values[i] = keep - STEP;
      double down = dot(pass.forward(x, SAMPLES), functional);
      values[i] = keep;
      double difference = (up - down) / (2 * STEP);
      assertEquals(
          difference,
          gradient[i],
          5e-3 * Math.max(1, Math.abs(difference)),
          layer.name() + " " + what + " " + i);
    }
  }

  private static double dot(float[] a, float[] b) {
    double s = 0;
    for (int i = 0; i < b.length; i++) {
      s += (double) a[i] * b[i];
    }
    return s;
  }

  /** Values 0.03 apart and off zero: no kink of a maximum or a rectifier lies within a step. */
  private static void fill(float[] v, SplittableRandom r) {
    for (int i = 0; i < v.length; i++) {
      int j = r.nextInt(i + 1);
      v[i] = v[j];
      v[j] = (i - v.length / 2 + 0.5f) * 0.03f;
    }
  }

  @Test
  void softmaxCrossEntropyMatchesCentralDifferences() {
    float[] x = {0.3f, -1.2f, 2.1f, 0.5f, 0.1f, -0.7f};
    int[] labels = {2, 0};
    float[] g = new float[6];
    new SoftmaxCrossEntropy(0).evaluate(x, labels, 2, 3, 0.5, g);
    float[] scratch = new float[6];
    for (int i = 0; i < 6; i++) {
      float keep = x[i];
      x[i] = keep + 1e-3f;
      double up = new SoftmaxCrossEntropy(0).evaluate(x, labels, 2, 3, 1, scratch);
      x[i] = keep - 1e-3f;
      double down = new SoftmaxCrossEntropy(0).evaluate(x, labels, 2, 3, 1, scratch);
      x[i] = keep;
      assertEquals(0.5 * (up - down) / 2e-3, g[i], 1e-3);
    }
  }

  /** Method catalogue T2: p one-hot on a predicted probability of 0.7 gives 0.36. */
  @Test
  void crossEntropyOfTheWorkedExample() {
    float[] logits = {(float) Math.log(0.7), (float) Math.log(0.2), (float) Math.log(0.1)};
    double loss = new SoftmaxCrossEntropy(0).evaluate(logits, new int[] {0}, 1, 3, 1, new float[3]);
    assertEquals(0.36, loss, 0.005);
    assertTrue(
        Double.isFinite(
            new SoftmaxCrossEntropy(0)
                .evaluate(new float[] {1e30f, -1e30f}, new int[] {1}, 1, 2, 1, new float[2])));
  }
}
