package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.AccumulatorRange;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Convolution (any grouping) and dense, accumulators in 32 bits: {@link
 * org.bitloom.fixedpoint.network.AccumulatorRange} has proved that they fit.
 */
final class ConvKernel implements FastExecutor.Kernel {
  private static final long MAX_COLUMNS = 1 << 26;

  private final int input;
  private final Shape in;
  private final Shape out;
  private final Window window;
  private final int groups;
  private final int depth;
  private final int perGroup;
  private final int zeroIn;
  private final int[] packed; // [group][tap][c][k within the group]
  private final int[] bias;
  private final Requantizer requantizer;

  /** The fastest kernel that is exact for a convolution. */
  static FastExecutor.Kernel of(QuantizedNetwork network, Conv2d op) {
    return choose(
        network, op, network.tensor(op.input()).shape(), op.window(), op.groups(), op.integers());
  }

  /** The same for a dense layer: a pointwise convolution on one pixel. */
  static FastExecutor.Kernel of(QuantizedNetwork network, Dense op) {
    int n = op.weights().shape().dim(1);
    int k = op.weights().shape().dim(0);
    CodeTensor weights = op.integers().reshape(Shape.of(k, 1, 1, n));
    return choose(network, op, Shape.of(1, 1, n), Window.valid(1, 1, 1, 1), 1, weights);
  }

  private static FastExecutor.Kernel choose(
      QuantizedNetwork network,
      WeightedOperation op,
      Shape in,
      Window window,
      int groups,
      CodeTensor integers) {
    ActivationFormat format = network.tensor(op.input()).format();
    Shape out = network.tensor(op.output()).shape();
    int bits = AccumulatorRange.of(op, format).bits();
    if (groups == 1
        && bits <= MatrixKernel.EXACT_BITS
        && (long) out.height() * out.width() * window.taps() * in.channels() < MAX_COLUMNS) {
      return new MatrixKernel(
          op.input(),
          in,
          out,
          window,
          format.zeroCode(),
          integers,
          op.bias(),
          Requantizer.of(network, op));
    }
    return new ConvKernel(network, op, in, window, groups, integers);
  }

  private ConvKernel(
      QuantizedNetwork network,
      WeightedOperation op,
      Shape in,
      Window window,
      int groups,
      CodeTensor weights) {
    this.input = op.input();
    this.in = in;
    this.out = network.tensor(op.output()).shape();
    this.window = window;
    this.groups = groups;
    this.depth = weights.shape().dim(3);
    this.perGroup = out.channels() / groups;
    this.zeroIn = network.tensor(op.input()).format().zeroCode();
    this.packed = pack(weights);
    this.bias = op.bias().toArray();
    this.requantizer = Requantizer.of(network, op);
  }

  private int[] pack(CodeTensor weights) {
    int inner = window.taps() * depth;
    int[] p = new int[weights.size()];
    for (int k = 0; k < out.channels(); k++) {
      int base = k / perGroup * inner * perGroup + k % perGroup;
      for (int i = 0; i < inner; i++) {
        p[base + i * perGroup] = weights.get(k * inner + i);
      }
    }
    return p;
  }

  @Override
  public CodeTensor apply(CodeTensor[] tensors) {
    int[] x = tensors[input].toArray();
    for (int i = 0; i < x.length; i++) {
      x[i] -= zeroIn;
    }
    int[] codes = new int[out.size()];
    int[] acc = new int[out.channels()];
    int at = 0;
    for (int oy = 0; oy < out.height(); oy++) {
      for (int ox = 0; ox < out.width(); ox++) {
        System.arraycopy(bias, 0, acc, 0, acc.length);
        accumulate(
            x,
            oy * window.strideY() - window.padTop(),
            ox * window.strideX() - window.padLeft(),
            acc);
        requantizer.codes(acc, 0, codes, at);
        at += acc.length;
      }
    }
    return CodeTensor.wrap(out, codes);
  }

  private void accumulate(int[] x, int y0, int x0, int[] acc) {
    for (int r = 0; r < window.height(); r++) {
      int y = y0 + r * window.dilationY();
      if (y < 0 || y >= in.height()) {
        continue;
      }
      for (int s = 0; s < window.width(); s++) {
        int column = x0 + s * window.dilationX();
        if (column < 0 || column >= in.width()) {
          continue;
        }
        int from = (y * in.width() + column) * in.channels();
        int tap = r * window.width() + s;
        if (depth == 1 && perGroup == 1) {
          depthwise(x, from, tap, acc);
        } else {
          for (int g = 0; g < groups; g++) {
            pixel(
                x,
                from + g * depth,
                (g * window.taps() + tap) * depth * perGroup,
                acc,
                g * perGroup);
          }
        }
      }
    }
  }

  private void depthwise(int[] x, int from, int tap, int[] acc) {
    int taps = window.taps();
    for (int c = 0; c < acc.length; c++) {
      acc[c] += x[from + c] * packed[c * taps + tap];
    }
  }

  private void pixel(int[] x, int from, int weight, int[] acc, int at) {
    for (int c = 0; c < depth; c++) {
      int a = x[from + c];
      if (a != 0) {
        row(acc, at, a, packed, weight + c * perGroup, perGroup);
      }
    }
  }

  /** {@code acc[at + k] += a w[from + k]}; the compiler turns this into vector instructions. */
  private static void row(int[] acc, int at, int a, int[] w, int from, int n) {
    for (int k = 0; k < n; k++) {
      acc[at + k] += a * w[from + k];
    }
  }

  @Override
  public String toString() {
    return "ConvKernel " + in + " -> " + out + " " + Arrays.asList(window, groups);
  }
}
