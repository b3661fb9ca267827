package org.bitloom.simulator.plan;

import java.util.Arrays;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Operations the machine has no form of its own for, as ordinary convolutions with the same
 * integers.
 */
final class Lowering {
  private Lowering() {}

  /** The window with dilation turned into a larger kernel. */
  static Window undilated(Window w) {
    return new Window(
        (w.height() - 1) * w.dilationY() + 1,
        (w.width() - 1) * w.dilationX() + 1,
        w.strideY(),
        w.strideX(),
        1,
        1,
        w.padTop(),
        w.padLeft(),
        w.padBottom(),
        w.padRight());
  }

  /** Weights of an undilated kernel: zeros where there was nothing. */
  static CodeTensor undilatedWeights(Conv2d op) {
    Window w = op.window();
    if (w.dilationX() == 1 && w.dilationY() == 1) {
      return op.integers();
    }
    Window u = undilated(w);
    CodeTensor integers = op.integers();
    int depth = op.weights().shape().dim(3);
    int[] wide = new int[op.outChannels() * u.taps() * depth];
    for (int o = 0; o < op.outChannels(); o++) {
      for (int r = 0; r < w.height(); r++) {
        for (int s = 0; s < w.width(); s++) {
          int from = ((o * w.height() + r) * w.width() + s) * depth;
          int tap = r * w.dilationY() * u.width() + s * w.dilationX();
          integers.copyTo(from, wide, (o * u.taps() + tap) * depth, depth);
        }
      }
    }
    return CodeTensor.wrap(Shape.of(op.outChannels(), u.height(), u.width(), depth), wide);
  }

  /** Undilated weights over all input channels: zeros where there was nothing. */
  static CodeTensor denseWeights(Conv2d op) {
    CodeTensor wide = undilatedWeights(op);
    if (op.groups() == 1) {
      return wide;
    }
    int k = op.outChannels();
    int depth = wide.shape().dim(3);
    int taps = undilated(op.window()).taps();
    int channels = depth * op.groups();
    int[] dense = new int[k * taps * channels];
    for (int o = 0; o < k; o++) {
      int first = o / (k / op.groups()) * depth;
      for (int t = 0; t < taps; t++) {
        wide.copyTo((o * taps + t) * depth, dense, (o * taps + t) * channels + first, depth);
      }
    }
    return CodeTensor.wrap(Shape.of(k, wide.shape().dim(1), wide.shape().dim(2), channels), dense);
  }

  /** Weights of one everywhere. */
  static CodeTensor ones(Shape shape) {
    int[] w = new int[shape.size()];
    Arrays.fill(w, 1);
    return CodeTensor.wrap(shape, w);
  }

  /** 1x1 weights that put channels at an offset among more. */
  static CodeTensor placing(int channels, int offset, int all) {
    int[] w = new int[all * channels];
    for (int c = 0; c < channels; c++) {
      w[(offset + c) * channels + c] = 1;
    }
    return CodeTensor.wrap(Shape.of(all, 1, 1, channels), w);
  }

  /** A requantization that changes nothing. */
  static Requantization identity(ActivationFormat format, RoundingPolicy policy) {
    return switch (format) {
      case AffineFormat a ->
          new MultiplierRequantization(policy, java.util.List.of(QuantizedMultiplier.of(1)));
      case QFormat q -> new ShiftRequantization(0, q.bits(), Rounding.FLOOR, Overflow.SATURATE);
    };
  }
}
