package org.bitloom.simulator.plan;

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

  /** Weights over all input channels and an undilated kernel: zeros where there was nothing. */
  static CodeTensor denseWeights(Conv2d op) {
    Window w = op.window();
    if (op.groups() == 1 && w.dilationX() == 1 && w.dilationY() == 1) {
      return op.integers();
    }
    Window u = undilated(w);
    CodeTensor integers = op.integers();
    int k = op.outChannels();
    int depth = op.weights().shape().dim(3);
    int channels = depth * op.groups();
    int[] dense = new int[k * u.taps() * channels];
    for (int o = 0; o < k; o++) {
      int first = o / (k / op.groups()) * depth;
      for (int r = 0; r < w.height(); r++) {
        for (int s = 0; s < w.width(); s++) {
          int from = ((o * w.height() + r) * w.width() + s) * depth;
          int tap = r * w.dilationY() * u.width() + s * w.dilationX();
          integers.copyTo(from, dense, (o * u.taps() + tap) * channels + first, depth);
        }
      }
    }
    return CodeTensor.wrap(Shape.of(k, u.height(), u.width(), channels), dense);
  }

  /** 1x1 weights that let every channel through. */
  static CodeTensor identityWeights(int channels) {
    int[] w = new int[channels * channels];
    for (int c = 0; c < channels; c++) {
      w[c * channels + c] = 1;
    }
    return CodeTensor.wrap(Shape.of(channels, 1, 1, channels), w);
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
