package org.bitloom.simulator.cycles;

import java.util.List;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Multiply-accumulates whose activation is not zero, padding not counted. */
final class NonzeroMacs {
  private NonzeroMacs() {}

  /** Those of an operation; none unless it has weights. */
  static long of(QuantizedNetwork network, Operation op, List<CodeTensor> tensors) {
    return switch (op) {
      case Conv2d c -> conv(c, network, tensors.get(c.input()));
      case Dense d -> {
        long n = 0;
        CodeTensor in = tensors.get(d.input());
        int zero = network.tensor(d.input()).format().zeroCode();
        for (int i = 0; i < in.size(); i++) {
          n += in.get(i) != zero ? 1 : 0;
        }
        yield n * d.bias().size();
      }
      case AveragePool2d _,
          Concatenate _,
          Constant _,
          Flatten _,
          Lookup _,
          MaxPool2d _,
          Mean _,
          Multiply _,
          Pad _,
          Relu _,
          Requantize _,
          Softmax _,
          Trim _,
          Add _ ->
          0;
    };
  }

  private static long conv(Conv2d op, QuantizedNetwork network, CodeTensor in) {
    Window w = op.window();
    Shape s = in.shape();
    Shape out = network.tensor(op.output()).shape();
    int zero = network.tensor(op.input()).format().zeroCode();
    int[] down = met(s.height(), out.height(), w.height(), w.strideY(), w.dilationY(), w.padTop());
    int[] across = met(s.width(), out.width(), w.width(), w.strideX(), w.dilationX(), w.padLeft());
    int[] codes = in.toArray();
    long n = 0;
    int at = 0;
    for (int y = 0; y < s.height(); y++) {
      for (int x = 0; x < s.width(); x++) {
        int nonzero = 0;
        for (int c = 0; c < s.channels(); c++) {
          nonzero += codes[at++] != zero ? 1 : 0;
        }
        n += (long) nonzero * down[y] * across[x];
      }
    }
    return n * (op.outChannels() / op.groups());
  }

  /** How many taps of how many windows each position of an extent meets. */
  private static int[] met(int extent, int windows, int taps, int stride, int dilation, int pad) {
    int[] met = new int[extent];
    for (int o = 0; o < windows; o++) {
      for (int t = 0; t < taps; t++) {
        int at = o * stride - pad + t * dilation;
        if (at >= 0 && at < extent) {
          met[at]++;
        }
      }
    }
    return met;
  }
}
