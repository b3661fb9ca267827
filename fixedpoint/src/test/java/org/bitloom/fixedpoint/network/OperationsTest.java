package org.bitloom.fixedpoint.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.Networks;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.FixedPointFunctions;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.fixedpoint.tflite.Tables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations beside convolution and pooling, against the reals their codes stand for. */
class OperationsTest {
  private static final AffineFormat A = new AffineFormat(8, 0.05f, -20);
  private static final AffineFormat B = new AffineFormat(8, 0.021f, 13);
  private static final AffineFormat OUT = new AffineFormat(8, 0.07f, 4);
  private static final Shape MAP = Shape.of(3, 4, 5);

  private static CodeTensor codes(Shape s, SplittableRandom r) {
    return CodeTensor.wrap(s, r.ints(s.size(), -128, 128).toArray());
  }

  /** Input 0 and a constant 1 of another format, then the operation. */
  private static QuantizedNetwork binary(
      Operation op,
      ActivationFormat a,
      ActivationFormat b,
      ActivationFormat out,
      CodeTensor constant) {
    return new QuantizedNetwork(
        "binary",
        List.of(
            new TensorSpec("a", MAP, a),
            new TensorSpec("b", constant.shape(), b),
            new TensorSpec("y", MAP, out)),
        0,
        2,
        List.of(new Constant("b", 1, constant), op));
  }

  private static CodeTensor run(QuantizedNetwork n, CodeTensor x) {
    CodeTensor y = new ReferenceExecutor(n).output(x);
    assertEquals(y, new FastExecutor(n).output(x));
    assertEquals(n, NetworkFile.decode(NetworkFile.encode(n), "n"));
    return y;
  }

  private static void near(CodeTensor y, ActivationFormat out, int i, double real, double codes) {
    double clamped = Math.clamp(real, out.toReal(out.minCode()), out.toReal(out.maxCode()));
    assertEquals(clamped, out.toReal(y.get(i)), codes * out.step(), "element " + i);
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void affineSumsDifferencesAndProductsFollowTheReals(RoundingPolicy policy) {
    SplittableRandom r = new SplittableRandom(1);
    CodeTensor b = codes(Shape.of(1, 1, 5), r); // repeated over the map
    CodeTensor x = codes(MAP, r);
    Clamp full = Clamp.full(OUT);
    Addition sum = Addition.Affine.of(policy, A, B, OUT);
    MultiplierRequantization product =
        new MultiplierRequantization(
            policy, List.of(QuantizedMultiplier.of((double) A.scale() * B.scale() / OUT.scale())));
    CodeTensor plus = run(binary(new Add("+", 0, 1, 2, false, sum, full), A, B, OUT, b), x);
    CodeTensor minus = run(binary(new Add("-", 0, 1, 2, true, sum, full), A, B, OUT, b), x);
    CodeTensor times = run(binary(new Multiply("*", 0, 1, 2, product, full), A, B, OUT, b), x);
    for (int i = 0; i < x.size(); i++) {
      double l = A.toReal(x.get(i));
      double m = B.toReal(b.get(i % 5));
      near(plus, OUT, i, l + m, 0.51);
      near(minus, OUT, i, l - m, 0.51);
      near(times, OUT, i, l * m, 0.51);
    }
  }

  @Test
  void fixedPointSumsAreAlignedExactly() {
    QFormat a = new QFormat(8, 6);
    QFormat b = new QFormat(8, 3);
    QFormat out = new QFormat(8, 4);
    SplittableRandom r = new SplittableRandom(2);
    CodeTensor c = codes(MAP, r);
    CodeTensor x = codes(MAP, r);
    Addition sum = Addition.FixedPoint.of(a, b, out, Rounding.HALF_EVEN, Overflow.SATURATE);
    CodeTensor y = run(binary(new Add("+", 0, 1, 2, false, sum, Clamp.full(out)), a, b, out, c), x);
    for (int i = 0; i < x.size(); i++) {
      double exact = a.toReal(x.get(i)) + b.toReal(c.get(i)); // doubles hold it exactly
      assertEquals(out.toCode(exact, Rounding.HALF_EVEN), y.get(i));
    }
  }

  @Test
  void mapsAreConcatenatedAlongEveryAxisAndRescaled() {
    SplittableRandom r = new SplittableRandom(3);
    CodeTensor x = codes(MAP, r);
    CodeTensor c = codes(MAP, r);
    for (int axis = 0; axis < 3; axis++) {
      Integer[] d = {3, 4, 5};
      d[axis] *= 2;
      MultiplierRequantization same =
          new MultiplierRequantization(RoundingPolicy.DOUBLE, List.of(QuantizedMultiplier.of(1)));
      MultiplierRequantization rescale =
          new MultiplierRequantization(
              RoundingPolicy.SINGLE,
              List.of(QuantizedMultiplier.of((double) B.scale() / A.scale())));
      QuantizedNetwork n =
          new QuantizedNetwork(
              "concatenate",
              List.of(
                  new TensorSpec("a", MAP, A),
                  new TensorSpec("b", MAP, B),
                  new TensorSpec("y", Shape.of(d), A)),
              0,
              2,
              List.of(
                  new Constant("b", 1, c),
                  new Concatenate("c", List.of(0, 1), 2, axis, List.of(same, rescale))));
      CodeTensor y = run(n, x);
      for (int i = 0; i < MAP.size(); i++) {
        int[] p = {i / 20, i / 5 % 4, i % 5};
        assertEquals(x.get(i), y.get(p[0], p[1], p[2]));
        p[axis] += MAP.dim(axis);
        assertEquals(B.toReal(c.get(i)), A.toReal(y.get(p[0], p[1], p[2])), 0.51 * A.step());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void theMeanOfAMapFollowsTheReals(RoundingPolicy policy) {
    SplittableRandom r = new SplittableRandom(4);
    CodeTensor x = codes(MAP, r);
    QuantizedNetwork n =
        new QuantizedNetwork(
            "mean",
            List.of(new TensorSpec("a", MAP, A), new TensorSpec("y", Shape.of(1, 1, 5), B)),
            0,
            1,
            List.of(new Mean("mean", 0, 1, policy, Mean.multiplier(A, B, 12), Clamp.full(B))));
    CodeTensor y = run(n, x);
    for (int c = 0; c < 5; c++) {
      double sum = 0;
      for (int p = 0; p < 12; p++) {
        sum += A.toReal(x.get(p * 5 + c));
      }
      near(
          y,
          B,
          c,
          sum / 12,
          policy == RoundingPolicy.SINGLE
              ? 0.51
              : 0.76); // the second rounding of DOUBLE may add a quarter
    }
  }

  @Test
  void softmaxSharesOutTheWhole() {
    AffineFormat out = new AffineFormat(8, 1f / 256, -128);
    Shape s = Shape.of(1, 1, 10);
    SplittableRandom r = new SplittableRandom(5);
    for (int i = 0; i < 50; i++) {
      CodeTensor x = CodeTensor.wrap(s, r.ints(10, -128, 128).toArray());
      QuantizedNetwork n =
          new QuantizedNetwork(
              "softmax",
              List.of(new TensorSpec("a", s, A), new TensorSpec("y", s, out)),
              0,
              1,
              List.of(Softmax.of("softmax", 0, 1, RoundingPolicy.DOUBLE, A.scale(), 1)));
      CodeTensor y = run(n, x);
      double sum = 0;
      for (int k = 0; k < 10; k++) {
        sum += Math.exp(A.toReal(x.get(k)));
      }
      for (int k = 0; k < 10; k++) {
        near(y, out, k, Math.exp(A.toReal(x.get(k))) / sum, 1.01);
      }
    }
  }

  @Test
  void fixedPointFunctionsFollowTheReals() {
    for (int raw = -(1 << 30); raw < 1 << 30; raw += 7_654_321) {
      double x = raw / (double) (1 << 27); // Q4.27
      assertEquals(1 / (1 + Math.exp(-x)), FixedPointFunctions.logistic(raw, 4) / 0x1p31, 2e-6);
      assertEquals(Math.tanh(x), FixedPointFunctions.tanh(raw, 4) / 0x1p31, 4e-6);
    }
    for (int raw = Integer.MIN_VALUE; raw < 0; raw += 9_876_543) {
      assertEquals(
          Math.exp(raw / 0x1p26), FixedPointFunctions.expOfNegative(raw, 5) / 0x1p31, 1e-6);
    }
  }

  @Test
  void tablesOfRealFunctionsRoundAndSaturate() {
    CodeTensor t = Tables.real(A, B, x -> x * x);
    for (int q = -128; q < 128; q++) {
      assertEquals(B.toCode(A.toReal(q) * A.toReal(q), Rounding.HALF_AWAY), t.get(q + 128));
    }
  }

  @Test
  void trimmingTurnsSmallCodesIntoZeroForEveryLaterReader() {
    QuantizedNetwork n = Trimming.apply(Networks.byHand(), Map.of("conv", 26));
    CodeTensor x = CodeTensor.of(Shape.of(2, 3, 1), 0, 1, 2, 3, 4, 5);
    assertArrayEquals(
        new int[] {5, 34}, run(n, x).toArray(), "29 lies 24 from the zero code 5, 34 lies 29 away");
    assertEquals(Networks.byHand(), Trimming.apply(Networks.byHand(), Map.of("conv", 1)));
    assertThrows(
        IllegalArgumentException.class, () -> Trimming.apply(Networks.byHand(), Map.of("none", 3)));
  }

  @Test
  void whatDoesNotFitIsRefusedAllAtOnce() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new QuantizedNetwork(
                    "wrong",
                    List.of(
                        new TensorSpec("a", MAP, A),
                        new TensorSpec("y", MAP, B),
                        new TensorSpec("z", MAP, B)),
                    0,
                    2,
                    List.of(
                        new Pad("pad", 0, 1, 1, 0, 0, 0),
                        new Lookup("table", "f", 1, 2, CodeTensor.vector(1, 2)))));
    assertTrue(e.getMessage().contains("pad") && e.getMessage().contains("table"), e.getMessage());
  }
}
