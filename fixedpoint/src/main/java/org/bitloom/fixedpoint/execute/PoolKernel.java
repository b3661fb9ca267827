package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Pooling with the channel innermost; a null rounding means maximum, otherwise the mean. */
record PoolKernel(int input, Shape in, Shape out, Window window, Clamp clamp, Rounding rounding)
    implements FastExecutor.Kernel {

  PoolKernel(
      QuantizedNetwork network, Operation op, Window window, Clamp clamp, Rounding rounding) {
    this(
        op.inputs().getFirst(),
        network.tensor(op.inputs().getFirst()).shape(),
        network.tensor(op.output()).shape(),
        window,
        clamp,
        rounding);
  }

  @Override
  public CodeTensor apply(CodeTensor[] tensors) {
    int[] x = tensors[input].toArray();
    int channels = out.channels();
    int[] codes = new int[out.size()];
    int[] row = new int[channels];
    int at = 0;
    for (int oy = 0; oy < out.height(); oy++) {
      int y0 = Math.max(oy * window.strideY() - window.padTop(), 0);
      int y1 = Math.min(oy * window.strideY() - window.padTop() + window.height(), in.height());
      for (int ox = 0; ox < out.width(); ox++) {
        int x0 = Math.max(ox * window.strideX() - window.padLeft(), 0);
        int x1 = Math.min(ox * window.strideX() - window.padLeft() + window.width(), in.width());
        Arrays.fill(row, rounding == null ? Integer.MIN_VALUE : 0);
        for (int y = y0; y < y1; y++) {
          for (int column = x0; column < x1; column++) {
            combine(x, (y * in.width() + column) * channels, row);
          }
        }
        int n = (y1 - y0) * (x1 - x0);
        for (int c = 0; c < channels; c++) {
          codes[at++] = clamp.apply(rounding == null ? row[c] : rounding.divide(row[c], n));
        }
      }
    }
    return CodeTensor.wrap(out, codes);
  }

  private void combine(int[] x, int from, int[] row) {
    if (rounding == null) {
      for (int c = 0; c < row.length; c++) {
        row[c] = Math.max(row[c], x[from + c]);
      }
    } else {
      for (int c = 0; c < row.length; c++) {
        row[c] += x[from + c];
      }
    }
  }
}
