package org.bitloom.trainer.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.GroupNormLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.MultiplyLayer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Noise;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ScaleLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;
import org.bitloom.trainer.layer.Transform;
import org.bitloom.trainer.layer.Transforms;
import org.bitloom.trainer.layer.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients of every layer and transform against central differences of a random linear functional
 * of the output; the batch runs in two chunks, as training runs it.
 */
class GradientTest {
  private static final int[] CHUNKS = {3, 1};
  private static final float STEP = 1e-2f;
  private static final Shape MAP = Shape.of(6, 5, 4);

  static Stream<FloatNetwork> networks() {
    Window same = Window.same(3, 3, 1, 1, 1, 1, 6, 5);
    List<Layer> layers =
        List.of(
            new Conv2dLayer("conv", MAP, 3, same),
            new Conv2dLayer("wide", MAP, 9, same),
            new Conv2dLayer("strided", MAP, 2, new Window(3, 2, 2, 3, 1, 1, 1, 0, 1, 2)),
            new Conv2dLayer("dilated", MAP, 2, new Window(2, 2, 1, 1, 2, 3, 1, 2, 0, 0)),
            new Conv2dLayer("padded more", MAP, 2, new Window(2, 2, 1, 1, 1, 1, 2, 2, 2, 2)),
            new Conv2dLayer("pointwise", MAP, 5, Window.valid(1, 1, 1, 1)),
            new Conv2dLayer("depthwise", MAP, 4, same, 4),
            new Conv2dLayer("thin depthwise", MAP, 4, new Window(3, 2, 2, 2, 2, 1, 1, 0, 1, 1), 4),
            new Conv2dLayer("grouped", MAP, 6, new Window(2, 3, 2, 1, 1, 2, 1, 0, 0, 2), 2),
            new DenseLayer("dense", MAP, 7),
            new ActivationLayer("relu", MAP, new Activation.Relu()),
            new ActivationLayer("sigmoid", MAP, new Activation.Sigmoid()),
            new ActivationLayer("tanh", MAP, new Activation.Tanh()),
            new ActivationLayer("relu6", MAP, new Activation.Relu6()),
            new ActivationLayer("leaky", MAP, new Activation.LeakyRelu(0.1)),
            new ActivationLayer("hard sigmoid", MAP, new Activation.HardSigmoid()),
            new ActivationLayer("hard swish", MAP, new Activation.HardSwish()),
            new ActivationLayer("standout at rest", MAP, new Activation.Standout(1.5, 0.2)),
            new FlattenLayer("flatten", MAP),
            new PadLayer("pad", MAP, 1, 0, 2, 3),
            new ScaleLayer("scale", MAP, new float[] {1, 2, -3, 4}, new float[] {0, 1, 2, 3}),
            new SoftmaxLayer("softmax", MAP),
            new BatchNormLayer("batch norm", MAP, 0.1, 1e-5),
            new GroupNormLayer("layer norm", MAP, 1, 1e-5),
            new GroupNormLayer("instance norm", MAP, 4, 1e-5),
            new GroupNormLayer("group norm", MAP, 2, 1e-5),
            new LocalResponseNormLayer("response norm", MAP, 3, 2, 0.5, 0.75),
            new DropoutLayer("dropout", MAP, new Noise.Dropout(0.4)),
            new DropoutLayer("gaussian", MAP, new Noise.Gaussian(0.4, true)),
            new DropoutLayer("standout", MAP, new Noise.Standout(0.0, 0.5)),
            new PoolLayer("max", MAP, Window.valid(2, 2, 2, 2), true),
            new PoolLayer("overlapping max", MAP, new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1), true),
            new PoolLayer("average", MAP, new Window(3, 2, 2, 1, 1, 1, 1, 0, 0, 1), false));
    return Stream.concat(
        layers.stream().map(l -> FloatNetwork.chain(l.name(), List.of(l))),
        Stream.of(
            transformed("weight norm", Transforms.WeightNorm::new),
            transformed("spectral norm", Transforms.SpectralNorm::new),
            transformed("drop connect", w -> new Transforms.DropConnect(0.3)),
            transformed("mask", w -> new Transforms.Mask(alternating(w.values().length))),
            transformed("clusters", GradientTest::clusters),
            graph(),
            shared()));
  }

  private static FloatNetwork transformed(String name, Function<Parameter, Transform> how) {
    Conv2dLayer l = new Conv2dLayer(name, MAP, 3, Window.valid(2, 3, 1, 1));
    fill(l.weight().values(), new SplittableRandom(5));
    l.weight().attach(how.apply(l.weight()));
    return FloatNetwork.chain(name, List.of(l));
  }

  private static float[] alternating(int n) {
    float[] m = new float[n];
    for (int i = 0; i < n; i += 2) {
      m[i] = 1;
    }
    return m;
  }

  private static Transform clusters(Parameter w) {
    int[] assignment = new int[w.values().length];
    for (int i = 0; i < assignment.length; i++) {
      assignment[i] = i % 3;
    }
    return new Transforms.Clusters(w.name(), new float[] {-0.5f, 0.1f, 0.7f}, assignment);
  }

  /** A residual addition, a product and a concatenation around a normalization. */
  private static FloatNetwork graph() {
    NetworkBuilder b = new NetworkBuilder(MAP);
    int conv = b.add(new Conv2dLayer("c", MAP, 4, Window.same(3, 3, 1, 1, 1, 1, 6, 5)), 0);
    int norm = b.add(new BatchNormLayer("n", MAP, 0.1, 1e-5), conv);
    int sum = b.add(new AddLayer("sum", MAP, false), norm, 0);
    int difference = b.add(new AddLayer("difference", MAP, true), sum, conv);
    int product = b.add(new MultiplyLayer("product", MAP), difference, sum);
    int all = b.add(new ConcatLayer("all", List.of(MAP, MAP, MAP)), product, norm, sum);
    b.add(new DenseLayer("out", b.shape(all), 3), all);
    return b.build("graph");
  }

  private static FloatNetwork shared() {
    Shape small = Shape.of(3, 3, 2); // a square of the weights: keeps float32 errors small
    Conv2dLayer a = new Conv2dLayer("a", small, 2, Window.same(3, 3, 1, 1, 1, 1, 3, 3));
    Conv2dLayer again = new Conv2dLayer("b", small, a.window(), 1, a.weight(), a.bias());
    return FloatNetwork.chain("shared", List.of(a, again));
  }

  /** One batch, forward and backward. */
  private static final class Batch {
    final FloatNetwork network;
    final Trainable model;
    final List<NetworkPass> passes = new ArrayList<>();
    final float[][] x = new float[CHUNKS.length][];
    final float[][] functional = new float[CHUNKS.length][];
    final Workers workers = new Workers(2);

    Batch(FloatNetwork network, SplittableRandom r) {
      this.network = network;
      model = Trainable.of(network);
      float[] all = new float[4 * network.input().size()];
      fill(all, r);
      int at = 0;
      for (int i = 0; i < CHUNKS.length; i++) {
        passes.add(model.newPass(CHUNKS[i]));
        int n = CHUNKS[i] * network.input().size();
        x[i] = java.util.Arrays.copyOfRange(all, at, at + n);
        at += n;
        functional[i] = new float[CHUNKS[i] * network.output().size()];
        fill(functional[i], r);
      }
    }

    double run(List<Gradients> gradients) {
      Values values = model.begin(true, 9);
      List<Layer.Run> runs =
          List.of(new Layer.Run(true, 77, values), new Layer.Run(true, 78, values));
      BatchRun run = new BatchRun(workers, passes);
      double[] sums = new double[CHUNKS.length];
      run.forward(
          CHUNKS,
          runs,
          i -> passes.get(i).begin(x[i]),
          i -> sums[i] = dot(passes.get(i).tensor(passes.get(i).size()), functional[i]));
      if (gradients != null) {
        run.backward(CHUNKS, runs, List.of(functional), gradients);
      }
      return sums[0] + sums[1];
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void matchesCentralDifferences(FloatNetwork network) {
    SplittableRandom r = new SplittableRandom(11);
    for (Parameter p : network.parameters()) {
      if (!p.name().endsWith(".g") && !p.name().endsWith(".centroids")) {
        fill(p.values(), r);
      }
      p.transforms().forEach(t -> t.begin(p.values()));
    }
    Batch batch = new Batch(network, r);
    List<Gradients> chunks =
        List.of(new Gradients(network.parameters()), new Gradients(network.parameters()));
    batch.run(chunks);
    Gradients sum = chunks.getFirst();
    sum.add(chunks.getLast());
    batch.model.backward(sum);
    for (Parameter p : network.parameters()) {
      check(batch, p.values(), sum.of(p).clone(), network.name() + " " + p.name());
    }
    // with respect to the input: through a pointwise identity in front
    if (network.nodes().size() == 1 && network.parameters().isEmpty()) {
      check(identityFirst(network, r), network.name());
    }
    batch.workers.close();
  }

  private static void check(FloatNetwork whole, String name) {
    Batch batch = new Batch(whole, new SplittableRandom(12));
    List<Gradients> chunks =
        List.of(new Gradients(whole.parameters()), new Gradients(whole.parameters()));
    batch.run(chunks);
    Gradients sum = chunks.getFirst();
    sum.add(chunks.getLast());
    for (Parameter p : whole.parameters()) {
      check(batch, p.values(), sum.of(p), name + " input " + p.name());
    }
    batch.workers.close();
  }

  /** A layer behind a dense one, whose gradients need that of the layer's input. */
  private static FloatNetwork identityFirst(FloatNetwork network, SplittableRandom r) {
    Shape in = network.input();
    Conv2dLayer first = new Conv2dLayer("first", in, in.channels(), Window.valid(1, 1, 1, 1));
    for (int c = 0; c < in.channels(); c++) {
      first.weight().values()[c * in.channels() + c] = 1;
    }
    return FloatNetwork.chain(network.name(), List.of(first, network.nodes().getFirst().layer()));
  }

  private static void check(Batch batch, float[] values, float[] gradient, String what) {
    for (int i = 0; i < values.length; i += Math.max(1, values.length / 60)) {
      float keep = values[i];
      float step = what.contains(" input ") ? 1e-3f : STEP;
      values[i] = keep + step;
      double up = batch.run(null);
      values[i] = keep - step;
      double down = batch.run(null);
      values[i] = keep;
      double difference = (up - down) / (2 * step);
      double slack = what.contains(" input ") ? 3e-2 : 5e-3;
      assertEquals(
          difference, gradient[i], slack * Math.max(1, Math.abs(difference)), what + " " + i);
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
      v[j] = (i - v.length / 2 + 0.5f) * (v.length > 200 ? 6f / v.length : 0.03f);
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
