package org.bitloom.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * What an operation gives before rounding, in steps of its output, in double from exact sums, and a
 * bound on how far the two roundings may stand from it: float32 in ONNX Runtime, the fixed-point
 * multiplier here. Operations without arithmetic have no bound: any difference fails.
 */
final class ExactResult {
  private static final double FLOAT = 1.0 / (1 << 22); // a few float32 roundings, relative

  private final QuantizedNetwork network;
  private final Operation operation;
  private final CodeTensor[] tensors;

  /** A value and a bound. */
  private record Exact(double value, double bound) {}

  ExactResult(QuantizedNetwork network, Operation operation, CodeTensor[] tensors) {
    this.network = network;
    this.operation = operation;
    this.tensors = tensors;
  }

  /** Fails unless element {@code i} lies within the bound of half way between the two codes. */
  void proveTie(int i, int ours, int theirs) {
    Exact e = exact(i);
    ActivationFormat f = network.tensor(operation.output()).format();
    double half = (ours + theirs) / 2.0 - f.zeroCode();
    String where =
        operation.name()
            + " ("
            + operation.kind()
            + ") element "
            + i
            + ": ours "
            + ours
            + ", theirs "
            + theirs
            + ", exactly "
            + (e.value + f.zeroCode())
            + ", bound "
            + e.bound;
    assertTrue(Math.abs(ours - theirs) == 1, where);
    assertTrue(Math.abs(e.value - half) <= e.bound, where);
  }

  private ActivationFormat format(int tensor) {
    return network.tensor(tensor).format();
  }

  private double step() {
    return format(operation.output()).step();
  }

  private long code(int tensor, int i) {
    return tensors[tensor].get(i) - format(tensor).zeroCode();
  }

  private Exact exact(int i) {
    Shape out = network.tensor(operation.output()).shape();
    return switch (operation) {
      case Conv2d c -> weighted(c, conv(c, i), i % out.channels());
      case Dense d -> weighted(d, dense(d, i), i);
      case AveragePool2d p -> pool(p, i);
      case Mean m -> {
        int c = out.channels();
        long sum = 0;
        int n = tensors[m.input()].size() / c;
        for (int j = i % c; j < tensors[m.input()].size(); j += c) {
          sum += code(m.input(), j);
        }
        double v = sum * format(m.input()).step() / n / step();
        yield new Exact(v, Math.abs(v) * FLOAT + rounding(m.policy(), m.multiplier(), sum));
      }
      case Add a -> {
        double l = code(a.left(), i) * format(a.left()).step();
        double r = code(a.right(), i) * format(a.right()).step();
        double v = (a.subtract() ? l - r : l + r) / step();
        double size = (Math.abs(l) + Math.abs(r)) / step();
        double most = 2 * Math.max(format(a.left()).step(), format(a.right()).step()) / step();
        yield new Exact(v, size * FLOAT + 3 * most / (1 << 20)); // inputs are shifted by 20
      }
      case Multiply m -> {
        double v =
            code(m.left(), i)
                * format(m.left()).step()
                * code(m.right(), i)
                * format(m.right()).step()
                / step();
        yield new Exact(
            v,
            Math.abs(v) * FLOAT
                + rounding(m.requantization(), 0, code(m.left(), i) * code(m.right(), i)));
      }
      case Concatenate c -> concatenate(c, i, out);
      case Requantize r -> {
        double v = code(r.input(), i) * format(r.input()).step() / step();
        yield new Exact(
            v, Math.abs(v) * FLOAT + rounding(r.requantization(), 0, code(r.input(), i)));
      }
      case Softmax s -> softmax(s, i, out.channels());
      default ->
          throw new AssertionError(
              operation.name() + " (" + operation.kind() + ") differs at " + i);
    };
  }

  private record Sum(long value, long magnitude, int terms) {}

  private Exact weighted(WeightedOperation op, Sum s, int k) {
    double m =
        format(op.input()).step()
            * op.weightFormat().scale(op.weightFormat().scales() == 1 ? 0 : k)
            / step();
    double v = s.value * m;
    // int16 runs on floats in ONNX Runtime, which round every partial sum
    boolean wide = format(op.input()).bits() > 8 || op.weightFormat().integerBits() > 8;
    double sums = wide ? s.terms * s.magnitude * m / (1 << 24) : 0;
    double bias = Math.abs(op.bias().get(k) * m);
    return new Exact(
        v, (Math.abs(v) + bias) * FLOAT + sums + rounding(op.requantization(), k, s.value));
  }

  private Sum conv(Conv2d c, int i) {
    Shape in = network.tensor(c.input()).shape();
    Shape out = network.tensor(c.output()).shape();
    Window w = c.window();
    int k = i % out.channels();
    int ox = i / out.channels() % out.width();
    int oy = i / out.channels() / out.width();
    int depth = c.weights().shape().dim(3);
    int group = k / (out.channels() / c.groups());
    CodeTensor weights = c.integers();
    long sum = c.bias().get(k);
    long size = Math.abs(sum);
    int terms = 1;
    for (int r = 0; r < w.height(); r++) {
      for (int q = 0; q < w.width(); q++) {
        int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
        int x = ox * w.strideX() - w.padLeft() + q * w.dilationX();
        for (int d = 0; y >= 0 && x >= 0 && y < in.height() && x < in.width() && d < depth; d++) {
          long a = code(c.input(), (y * in.width() + x) * in.channels() + group * depth + d);
          long b = weights.get(((k * w.height() + r) * w.width() + q) * depth + d);
          sum += a * b;
          size += Math.abs(a * b);
          terms++;
        }
      }
    }
    return new Sum(sum, size, terms);
  }

  private Sum dense(Dense d, int k) {
    int n = tensors[d.input()].size();
    CodeTensor w = d.integers();
    long sum = d.bias().get(k);
    long size = Math.abs(sum);
    for (int j = 0; j < n; j++) {
      long p = code(d.input(), j) * w.get(k * n + j);
      sum += p;
      size += Math.abs(p);
    }
    return new Sum(sum, size, n + 1);
  }

  private Exact pool(AveragePool2d p, int i) {
    Shape in = network.tensor(p.input()).shape();
    Shape out = network.tensor(p.output()).shape();
    Window w = p.window();
    int c = i % out.channels();
    int ox = i / out.channels() % out.width();
    int oy = i / out.channels() / out.width();
    long sum = 0;
    int n = 0;
    for (int r = 0; r < w.height(); r++) {
      for (int q = 0; q < w.width(); q++) {
        int y = oy * w.strideY() - w.padTop() + r;
        int x = ox * w.strideX() - w.padLeft() + q;
        if (y >= 0 && x >= 0 && y < in.height() && x < in.width()) {
          sum += code(p.input(), (y * in.width() + x) * in.channels() + c);
          n++;
        }
      }
    }
    double v = (double) sum / n;
    return new Exact(v, (Math.abs(v) + 1) * FLOAT);
  }

  private Exact concatenate(Concatenate c, int i, Shape out) {
    int channel = i % out.channels();
    int pixel = i / out.channels();
    for (int j = 0; j < c.inputs().size(); j++) {
      int t = c.inputs().get(j);
      int n = network.tensor(t).shape().channels();
      if (channel < n) {
        long code = code(t, pixel * n + channel);
        double v = code * format(t).step() / step();
        return new Exact(v, Math.abs(v) * FLOAT + rounding(c.rescale().get(j), 0, code));
      }
      channel -= n;
    }
    throw new AssertionError();
  }

  /** The fixed-point exponential's error is not float32's: 1/32 of a code bounds what is seen. */
  private Exact softmax(Softmax s, int i, int channels) {
    int from = i / channels * channels;
    double step = format(s.input()).step();
    double sum = 0;
    for (int j = from; j < from + channels; j++) {
      sum += Math.exp(step * (code(s.input(), j) - code(s.input(), i)));
    }
    return new Exact(256 / sum, 1.0 / 32);
  }

  private static double rounding(Requantization r, int channel, long acc) {
    return switch (r) {
      case MultiplierRequantization m -> rounding(m.policy(), m.multiplier(channel), acc);
      case ShiftRequantization s -> 0;
    };
  }

  /** The multiplier has 31 bits, and double rounding rounds to 31 bits first, half a unit there. */
  private static double rounding(RoundingPolicy policy, QuantizedMultiplier m, long acc) {
    double multiplier = Math.abs(acc) * Math.scalb(1.0, m.exponent() - 31);
    double first = policy == RoundingPolicy.DOUBLE ? Math.scalb(0.5, Math.min(m.exponent(), 0)) : 0;
    return multiplier + first + 1e-9;
  }
}
