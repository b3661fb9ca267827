package org.bitloom.fixedpoint.tflite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.DoubleUnaryOperator;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fixed-point tables lie within one code of the real function, over the whole range of codes. */
class TablesTest {
  private static final AffineFormat[] INPUTS = {
    new AffineFormat(8, 0.05f, -20), new AffineFormat(8, 0.008f, 100), new AffineFormat(8, 0.2f, 0)
  };

  private static void within(
      double codes, CodeTensor t, AffineFormat in, AffineFormat out, DoubleUnaryOperator f) {
    for (int q = -128; q < 128; q++) {
      double real = Math.clamp(f.applyAsDouble(in.toReal(q)), out.toReal(-128), out.toReal(127));
      assertEquals(
          real, out.toReal(t.get(q + 128)), codes * out.step(), in.describe() + " code " + q);
    }
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void squashingFunctions(RoundingPolicy policy) {
    AffineFormat sigmoid = new AffineFormat(8, 1f / 256, -128);
    AffineFormat tanh = new AffineFormat(8, 1f / 128, 0);
    for (AffineFormat in : INPUTS) {
      within(1.01, Tables.logistic(in, sigmoid, policy), in, sigmoid, x -> 1 / (1 + Math.exp(-x)));
      within(1.01, Tables.tanh(in, tanh, policy), in, tanh, Math::tanh);
    }
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void leakyRelu(RoundingPolicy policy) {
    AffineFormat out = new AffineFormat(8, 0.04f, -30);
    for (AffineFormat in : INPUTS) {
      within(1.01, Tables.leakyRelu(in, out, 0.3f, policy), in, out, x -> x >= 0 ? x : 0.3f * x);
    }
    assertThrows(IllegalArgumentException.class, () -> Tables.leakyRelu(out, out, -1, policy));
  }

  @Test
  void hardSwish() {
    AffineFormat out = new AffineFormat(8, 0.03f, -100);
    for (AffineFormat in : INPUTS) {
      within(1.01, Tables.hardSwish(in, out), in, out, x -> x * Math.clamp(x + 3, 0, 6) / 6);
    }
  }
}
