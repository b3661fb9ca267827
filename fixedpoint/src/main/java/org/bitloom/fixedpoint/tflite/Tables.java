package org.bitloom.fixedpoint.tflite;

import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.FixedPointFunctions;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * Builders of function tables: from the real function, or as TensorFlow Lite's reference kernels
 * compute in fixed point, so that imported networks match exactly.
 */
public final class Tables {
  private Tables() {}

  private static CodeTensor build(
      ActivationFormat in, ActivationFormat out, IntUnaryOperator code) {
    int[] table = new int[1 << in.bits()];
    for (int i = 0; i < table.length; i++) {
      table[i] = Math.clamp(code.applyAsInt(in.minCode() + i), out.minCode(), out.maxCode());
    }
    return CodeTensor.vector(table);
  }

  /** The real function, rounded half away from zero and saturated. */
  public static CodeTensor real(ActivationFormat in, ActivationFormat out, DoubleUnaryOperator f) {
    return build(in, out, q -> out.toCode(f.applyAsDouble(in.toReal(q)), Rounding.HALF_AWAY));
  }

  /** {@code LOGISTIC}: Q4.27 in, output scale 1/256 and zero point -128. */
  static CodeTensor logistic(AffineFormat in, AffineFormat out, RoundingPolicy policy) {
    return build(
        in,
        out,
        q ->
            squash(
                in,
                q,
                policy,
                -128,
                127,
                x ->
                    QuantizedMultiplier.roundingDivide(FixedPointFunctions.logistic(x, 4), 23)
                        - 128));
  }

  /** {@code TANH}: Q4.27 in, output scale 1/128 and zero point 0. */
  static CodeTensor tanh(AffineFormat in, AffineFormat out, RoundingPolicy policy) {
    return build(
        in,
        out,
        q ->
            squash(
                in,
                q,
                policy,
                -128,
                127,
                x -> QuantizedMultiplier.roundingDivide(FixedPointFunctions.tanh(x, 4), 24)));
  }

  private static int squash(
      AffineFormat in, int q, RoundingPolicy policy, int low, int high, IntUnaryOperator f) {
    QuantizedMultiplier m =
        QuantizedMultiplier.of(Math.min((double) in.scale() * (1 << 27), (1L << 30) - 1.0));
    double radius = Math.floor(15.0 * (1L << 27) / Math.scalb(1.0, m.exponent()));
    int x = q - in.zeroPoint();
    if (x <= -radius) {
      return low;
    }
    return x >= radius ? high : f.applyAsInt((int) m.apply(x, policy));
  }

  /** {@code LEAKY_RELU}: two multipliers, computed from float32 products. */
  static CodeTensor leakyRelu(
      AffineFormat in, AffineFormat out, float alpha, RoundingPolicy policy) {
    if (!(alpha >= 0)) {
      throw new IllegalArgumentException("leaky ReLU with alpha " + alpha);
    }
    QuantizedMultiplier identity = QuantizedMultiplier.of(in.scale() / out.scale());
    QuantizedMultiplier slope = QuantizedMultiplier.of(in.scale() * alpha / out.scale());
    return build(
        in,
        out,
        q -> {
          int x = q - in.zeroPoint();
          return (int) ((x >= 0 ? identity : slope).apply(x, policy) + out.zeroPoint());
        });
  }

  /** {@code HARD_SWISH} in 16-bit fixed point. */
  static CodeTensor hardSwish(AffineFormat in, AffineFormat out) {
    float fine = 1f / 128f * in.scale();
    QuantizedMultiplier output = QuantizedMultiplier.of(fine / out.scale());
    QuantizedMultiplier reluish = QuantizedMultiplier.of(fine / (3f / 32768f));
    return build(
        in,
        out,
        q -> {
          int x = (q - in.zeroPoint()) << 7;
          int scaled = highMul16(x, half(output.mantissa()), true);
          int r = x;
          int e = reluish.exponent();
          r = e > 0 ? saturate16((long) r << (e - 1)) : r;
          r = highMul16(r, half(reluish.mantissa()), true);
          r =
              e > 0
                  ? saturate16((long) r << 1)
                  : e < 0 ? QuantizedMultiplier.roundingDivide(r, -e) : r;
          r = (r + (1 << 15)) >> 1;
          int y = highMul16(r, scaled, false);
          int oe = -output.exponent();
          y = oe >= 0 ? QuantizedMultiplier.roundingDivide(y, oe) : saturate16((long) y << -oe);
          return y + out.zeroPoint();
        });
  }

  private static int half(int multiplier) {
    return multiplier >= Integer.MAX_VALUE - (1 << 15)
        ? Short.MAX_VALUE
        : (multiplier + (1 << 15)) >> 16;
  }

  private static int saturate16(long v) {
    return Math.clamp(v, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  private static int highMul16(int a, int b, boolean round) {
    if (a == Short.MIN_VALUE && b == Short.MIN_VALUE) {
      return Short.MAX_VALUE;
    }
    int p = a * b;
    int nudge = round ? (p >= 0 ? 1 << 14 : 1 - (1 << 14)) : 0;
    return (p + nudge) / (1 << 15);
  }
}
