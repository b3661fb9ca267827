package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.requantize.FixedPointFunctions;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * The definitions of operations that do little for each element; both executors use them as they
 * are.
 */
record MapOperations(QuantizedNetwork network) {

  private int zero(int tensor) {
    return network.tensor(tensor).format().zeroCode();
  }

  private Shape shape(int tensor) {
    return network.tensor(tensor).shape();
  }

  static CodeTensor each(CodeTensor in, IntUnaryOperator f) {
    int[] codes = in.toArray();
    for (int i = 0; i < codes.length; i++) {
      codes[i] = f.applyAsInt(codes[i]);
    }
    return CodeTensor.wrap(in.shape(), codes);
  }

  CodeTensor requantize(Requantize op, CodeTensor in) {
    int zi = zero(op.input());
    int zo = zero(op.output());
    return each(in, q -> op.clamp().apply(op.requantization().apply(q - zi, 0) + zo));
  }

  CodeTensor trim(Trim op, CodeTensor in) {
    int zero = zero(op.input());
    return each(in, q -> op.apply(q, zero));
  }

  CodeTensor lookup(Lookup op, CodeTensor in) {
    int first = network.tensor(op.input()).format().minCode();
    return each(in, q -> op.table().get(q - first));
  }

  /** A result for each pair of elements; an extent of 1 is repeated. */
  private interface Pair {
    int code(int left, int right);
  }

  private CodeTensor pairs(int output, CodeTensor a, CodeTensor b, Pair pair) {
    Shape out = shape(output);
    int[] codes = new int[out.size()];
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      for (int x = 0; x < out.width(); x++) {
        for (int c = 0; c < out.channels(); c++) {
          codes[at++] = pair.code(repeated(a, y, x, c), repeated(b, y, x, c));
        }
      }
    }
    return CodeTensor.wrap(out, codes);
  }

  private static int repeated(CodeTensor t, int y, int x, int c) {
    Shape s = t.shape();
    return t.get(s.height() == 1 ? 0 : y, s.width() == 1 ? 0 : x, s.channels() == 1 ? 0 : c);
  }

  CodeTensor add(Add op, CodeTensor a, CodeTensor b) {
    int za = zero(op.left());
    int zb = zero(op.right());
    int zo = zero(op.output());
    return pairs(
        op.output(),
        a,
        b,
        (l, r) -> op.clamp().apply(op.addition().apply(l - za, r - zb, op.subtract()) + zo));
  }

  CodeTensor multiply(Multiply op, CodeTensor a, CodeTensor b) {
    int za = zero(op.left());
    int zb = zero(op.right());
    int zo = zero(op.output());
    return pairs(
        op.output(),
        a,
        b,
        (l, r) -> op.clamp().apply(op.requantization().apply((long) (l - za) * (r - zb), 0) + zo));
  }

  CodeTensor concatenate(Concatenate op, CodeTensor[] t) {
    Shape out = shape(op.output());
    int zo = zero(op.output());
    int[] codes = new int[out.size()];
    int offset = 0;
    for (int i = 0; i < op.inputs().size(); i++) {
      int in = op.inputs().get(i);
      Shape s = shape(in);
      boolean same = network.tensor(in).format().equals(network.tensor(op.output()).format());
      for (int y = 0; y < s.height(); y++) {
        for (int x = 0; x < s.width(); x++) {
          for (int c = 0; c < s.channels(); c++) {
            int q = t[in].get(y, x, c);
            int code =
                same
                    ? q
                    : Math.clamp(
                        op.rescale().get(i).apply(q - zero(in), 0) + zo,
                        network.tensor(op.output()).format().minCode(),
                        network.tensor(op.output()).format().maxCode());
            int oy = y + (op.axis() == 0 ? offset : 0);
            int ox = x + (op.axis() == 1 ? offset : 0);
            int oc = c + (op.axis() == 2 ? offset : 0);
            codes[(oy * out.width() + ox) * out.channels() + oc] = code;
          }
        }
      }
      offset += s.dim(op.axis());
    }
    return CodeTensor.wrap(out, codes);
  }

  CodeTensor pad(Pad op, CodeTensor in) {
    Shape out = shape(op.output());
    int[] codes = new int[out.size()];
    Arrays.fill(codes, zero(op.output()));
    int row = in.shape().width() * in.shape().channels();
    for (int y = 0; y < in.shape().height(); y++) {
      in.copyTo(y * row, codes, ((y + op.top()) * out.width() + op.left()) * out.channels(), row);
    }
    return CodeTensor.wrap(out, codes);
  }

  CodeTensor mean(Mean op, CodeTensor in) {
    int zi = zero(op.input());
    int zo = zero(op.output());
    int channels = in.shape().channels();
    int[] codes = new int[channels];
    for (int c = 0; c < channels; c++) {
      long acc = 0;
      for (int i = c; i < in.size(); i += channels) {
        acc += in.get(i) - zi;
      }
      codes[c] = op.clamp().apply(op.multiplier().apply(acc, op.policy()) + zo);
    }
    return CodeTensor.wrap(shape(op.output()), codes);
  }

  /**
   * Each pixel's channels: exp of the difference from the largest in Q0.31, summed with 12 integer
   * bits, divided.
   */
  CodeTensor softmax(Softmax op, CodeTensor in) {
    int channels = in.shape().channels();
    int[] codes = new int[in.size()];
    for (int at = 0; at < in.size(); at += channels) {
      int max = Integer.MIN_VALUE;
      for (int c = 0; c < channels; c++) {
        max = Math.max(max, in.get(at + c));
      }
      int sum = 0;
      for (int c = 0; c < channels; c++) {
        int diff = in.get(at + c) - max;
        if (diff >= op.smallest()) {
          sum += QuantizedMultiplier.roundingDivide(exp(op, diff), 12);
        }
      }
      int headroom = Integer.numberOfLeadingZeros(sum);
      int scale = FixedPointFunctions.oneOverOnePlus((sum << headroom) - (1 << 31));
      int bitsOverUnit = 12 - headroom;
      for (int c = 0; c < channels; c++) {
        int diff = in.get(at + c) - max;
        int share =
            diff < op.smallest()
                ? 0
                : QuantizedMultiplier.roundingDivide(
                    QuantizedMultiplier.doublingHigh(scale, exp(op, diff)), bitsOverUnit + 31 - 8);
        codes[at + c] = Math.clamp(share - 128, -128, 127);
      }
    }
    return CodeTensor.wrap(in.shape(), codes);
  }

  private static int exp(Softmax op, int diff) {
    return FixedPointFunctions.expOfNegative((int) op.multiplier().apply(diff, op.policy()), 5);
  }
}
