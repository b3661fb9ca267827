package org.bitloom.trainer.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.calibrate.KMeans;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Parameter;
import org.junit.jupiter.api.Test;

class CompressionTest {
  private final SplittableRandom random = new SplittableRandom(4);

  private FloatNetwork network(String layers) {
    FloatNetwork n =
        TrainingConfig.parse("epochs: 1\noptimizer: {type: adam, rate: 1}\nlayers:\n" + layers, "t")
            .network(Shape.of(12, 12, 3), "t");
    n.initialise(random);
    for (Parameter p : n.parameters()) {
      for (int i = 0; i < p.values().length; i++) {
        p.values()[i] += (float) (0.1 * random.nextGaussian());
      }
    }
    return n;
  }

  private static final String RESIDUAL =
      """
        - {name: a, type: conv, filters: 8, kernel: 3, padding: same, batch_norm: true, activation: relu}
        - {name: b, type: depthwise, kernel: 3, padding: same, batch_norm: true}
        - {name: c, type: add, inputs: [b, a]}
        - {name: d, type: conv, filters: 6, kernel: 3, padding: same, inputs: [a]}
        - {name: e, type: concat, inputs: [c, d]}
        - {name: f, type: max_pool, size: 2}
        - {name: g, type: dense, units: 12, activation: relu}
        - {name: h, type: dense, units: 5}
      """;

  private float[] run(FloatNetwork n, float[] x) {
    return new NetworkPass(n, 1).forward(x, 1).clone();
  }

  private float[] input(FloatNetwork n) {
    float[] x = new float[n.input().size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** Channels whose filters are zero can go without changing anything: consumers follow. */
  @Test
  void removingDeadChannelsChangesNothing() {
    FloatNetwork n = network(RESIDUAL);
    for (Layer l : n.layers()) {
      if (l.name().equals("a") || l.name().equals("d")) {
        kill((Conv2dLayer) l, 3); // of 8 and of 6 filters
      }
    }
    zeroShifts(n);
    float[] x = input(n);
    float[] want = run(n, x);
    FloatNetwork small = StructuredPruning.channels(n, 0.7);
    assertTrue(StructuredPruning.macs(small) <= 0.7 * StructuredPruning.macs(n));
    assertArrayEquals(want, run(small, x), 1e-4f);
    Layer a = small.layers().stream().filter(l -> l.name().equals("a")).findFirst().orElseThrow();
    Layer b = small.layers().stream().filter(l -> l.name().equals("b")).findFirst().orElseThrow();
    assertTrue(a.output().channels() < 8);
    assertEquals(a.output(), b.output(), "what an addition ties together goes together");
  }

  private static void kill(Conv2dLayer c, int filters) {
    int depth = c.weight().values().length / c.output().channels();
    for (int i = 0; i < filters * depth; i++) {
      c.weight().values()[i] = 0;
    }
    for (int k = 0; k < filters; k++) {
      c.bias().values()[k] = 0;
    }
  }

  private static void zeroShifts(FloatNetwork n) {
    for (Parameter p : n.parameters()) {
      if (p.name().endsWith("_bn.beta") || p.name().equals("b.bias")) {
        java.util.Arrays.fill(p.values(), 0);
      }
    }
  }

  @Test
  void channelsShrinkToTheShareAsked() {
    FloatNetwork n = network(RESIDUAL);
    FloatNetwork half = StructuredPruning.channels(n, 0.5);
    assertTrue(StructuredPruning.macs(half) <= 0.5 * StructuredPruning.macs(n));
    assertEquals(n.output(), half.output());
    assertThrows(IllegalArgumentException.class, () -> StructuredPruning.channels(n, 0.001));
  }

  @Test
  void rowsAndColumnsOfKernelsGoWithTheirPadding() {
    FloatNetwork n = network(RESIDUAL);
    for (Layer l : n.layers()) { // the first row of d's kernels is zero
      if (l.name().equals("d")) {
        Conv2dLayer c = (Conv2dLayer) l;
        int row = 3 * c.weight().shape().dim(3);
        for (int k = 0; k < 6; k++) {
          java.util.Arrays.fill(c.weight().values(), k * 3 * row, k * 3 * row + row, 0);
        }
      }
    }
    float[] x = input(n);
    float[] want = run(n, x);
    FloatNetwork small = StructuredPruning.kernels(n, true, 0.9);
    Conv2dLayer d =
        (Conv2dLayer)
            small.layers().stream().filter(l -> l.name().equals("d")).findFirst().orElseThrow();
    assertEquals(2, d.window().height());
    assertEquals(0, d.window().padTop());
    assertArrayEquals(want, run(small, x), 1e-4f);
    assertTrue(StructuredPruning.macs(StructuredPruning.kernels(n, false, 0.8)) > 0);
  }

  /** A product of thin matrices comes apart without loss. */
  @Test
  void singularValuesFindTheRank() {
    FloatNetwork n =
        network(
            """
              - {name: a, type: conv, filters: 16, kernel: 3, activation: relu}
              - {name: b, type: dense, units: 20}
            """);
    Parameter w = n.parameters().get(2);
    int columns = w.shape().dim(1);
    float[] left = new float[20 * 2];
    float[] right = new float[2 * columns];
    IntStream.range(0, left.length).forEach(i -> left[i] = (float) random.nextGaussian());
    IntStream.range(0, right.length).forEach(i -> right[i] = (float) random.nextGaussian());
    for (int i = 0; i < w.values().length; i++) {
      int r = i / columns;
      int c = i % columns;
      w.values()[i] = left[2 * r] * right[c] + left[2 * r + 1] * right[columns + c];
    }
    float[] x = input(n);
    float[] want = run(n, x);
    FloatNetwork split = Factorisation.byEnergy(n, 0.999999);
    Layer basis =
        split.layers().stream().filter(l -> l.name().equals("b_basis")).findFirst().orElseThrow();
    assertEquals(2, basis.output().channels(), "the rank");
    float[] got = run(split, x);
    for (int k = 0; k < want.length; k++) {
      assertEquals(want[k], got[k], 2e-3 * (1 + Math.abs(want[k])));
    }
    assertTrue(Factorisation.weights(split) < Factorisation.weights(n));
    FloatNetwork half = Factorisation.byCost(network(RESIDUAL), 0.5);
    assertTrue(Factorisation.weights(half) <= 0.5 * Factorisation.weights(network(RESIDUAL)));
    assertTrue(
        Factorisation.byCount(n, 3).layers().stream()
            .filter(l -> l.name().endsWith("_basis"))
            .allMatch(l -> l.output().channels() == 3));
  }

  @Test
  void clustersHoldFewValues() {
    FloatNetwork n = network(RESIDUAL);
    WeightSharing.cluster(n, 3, KMeans.Start.DENSITY);
    for (Parameter p : n.parameters()) {
      if (p.name().endsWith(".weight")) {
        long distinct =
            IntStream.range(0, p.effective().length)
                .mapToObj(i -> p.effective()[i])
                .distinct()
                .count();
        assertTrue(distinct <= 8, p.name() + " has " + distinct);
      }
    }
  }

  private Dataset data() {
    float[] reals = new float[500 * 12];
    int[] labels = new int[500];
    for (int i = 0; i < 500; i++) {
      double shared = random.nextGaussian();
      for (int j = 0; j < 12; j++) {
        reals[i * 12 + j] = (float) (3 + j * shared + (1 + j % 3) * random.nextGaussian());
      }
    }
    return Dataset.ofReals("d", Shape.of(2, 2, 3), reals, labels, 2);
  }

  @Test
  void inputsAreNormalised() {
    Dataset d = data();
    float[] x = new float[12];
    double[][] lo = new double[2][3];
    double[] sum = new double[3];
    double[] squares = new double[3];
    FloatNetwork minMax = FloatNetwork.chain("m", java.util.List.of(InputNormalization.minMax(d)));
    FloatNetwork standard =
        FloatNetwork.chain("s", java.util.List.of(InputNormalization.standardization(d, 1e-9)));
    java.util.Arrays.fill(lo[0], 9);
    for (int i = 0; i < d.size(); i++) {
      d.reals(i, x, 0);
      float[] a = run(minMax, x);
      float[] b = run(standard, x);
      for (int j = 0; j < 12; j++) {
        lo[0][j % 3] = Math.min(lo[0][j % 3], a[j]);
        lo[1][j % 3] = Math.max(lo[1][j % 3], a[j]);
        sum[j % 3] += b[j] / 2000;
        squares[j % 3] += b[j] * b[j] / 2000;
      }
    }
    for (int c = 0; c < 3; c++) {
      assertEquals(0, lo[0][c], 1e-5);
      assertEquals(1, lo[1][c], 1e-5);
      assertEquals(0, sum[c], 1e-4);
      assertEquals(1, squares[c], 1e-4);
    }
  }

  /** Whitened components are uncorrelated and of variance 1. */
  @Test
  void whiteningMakesTheCovarianceTheIdentity() {
    Dataset d = data();
    FloatNetwork white =
        FloatNetwork.chain("w", java.util.List.of(InputNormalization.whitening(d, 4, 1e-9)));
    double[][] covariance = new double[4][4];
    float[] x = new float[12];
    for (int i = 0; i < d.size(); i++) {
      d.reals(i, x, 0);
      float[] y = run(white, x);
      for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 4; b++) {
          covariance[a][b] += y[a] * y[b] / d.size();
        }
      }
    }
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 4; b++) {
        assertEquals(a == b ? 1 : 0, covariance[a][b], 1e-3);
      }
    }
  }
}
