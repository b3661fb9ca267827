package org.bitloom.fixedpoint.execute;

import org.bitloom.fixedpoint.blas.Blas;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * An ungrouped convolution as a float32 matrix product that is exact: {@link
 * org.bitloom.fixedpoint.network.AccumulatorRange} has proved every partial sum, in any order,
 * smaller than 2^24, and such integers, their products and sums are floats.
 */
final class MatrixKernel implements FastExecutor.Kernel {
  /** Largest accumulator width, with the sign, that float32 holds exactly. */
  static final int EXACT_BITS = 25;

  private final int input;
  private final Shape in;
  private final Shape out;
  private final Window window;
  private final int zeroIn;
  private final float[] weights; // [k][tap][c]
  private final float[] bias;
  private final Requantizer requantizer;
  private final Unfold unfold;
  private final ThreadLocal<Buffers> buffers;

  private record Buffers(float[] map, float[] columns, float[] products, int[] accumulators) {}

  MatrixKernel(
      int input,
      Shape in,
      Shape out,
      Window window,
      int zeroIn,
      CodeTensor integers,
      CodeTensor bias,
      Requantizer requantizer) {
    this.input = input;
    this.in = in;
    this.out = out;
    this.window = window;
    this.zeroIn = zeroIn;
    this.weights = floats(integers);
    this.bias = floats(bias);
    this.requantizer = requantizer;
    this.unfold = new Unfold(in, window);
    this.buffers =
        ThreadLocal.withInitial(
            () ->
                new Buffers(
                    new float[in.size()],
                    new float[unfold.size()],
                    new float[out.size()],
                    new int[out.size()]));
  }

  private static float[] floats(CodeTensor t) {
    float[] f = new float[t.size()];
    for (int i = 0; i < f.length; i++) {
      f[i] = t.get(i);
    }
    return f;
  }

  @Override
  public CodeTensor apply(CodeTensor[] tensors) {
    Buffers b = buffers.get();
    CodeTensor x = tensors[input];
    float[] map = b.map;
    for (int i = 0; i < map.length; i++) {
      map[i] = x.get(i) - zeroIn;
    }
    int positions = out.height() * out.width();
    int channels = out.channels();
    int inner = window.taps() * in.channels();
    float[] columns = map;
    if (window.taps() > 1 || positions != in.height() * in.width()) {
      unfold.gather(map, 0, b.columns, 0);
      columns = b.columns;
    }
    for (int p = 0; p < positions; p++) {
      System.arraycopy(bias, 0, b.products, p * channels, channels);
    }
    Blas.multiply(false, true, positions, channels, inner, columns, weights, 1, b.products);
    for (int i = 0; i < b.accumulators.length; i++) {
      b.accumulators[i] = (int) b.products[i];
    }
    int[] codes = new int[out.size()];
    for (int p = 0; p < positions; p++) {
      requantizer.codes(b.accumulators, p * channels, codes, p * channels);
    }
    return CodeTensor.wrap(out, codes);
  }
}
