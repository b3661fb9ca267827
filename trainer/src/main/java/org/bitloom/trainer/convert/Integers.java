package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Between the reals that passes hand on and the codes they stand for. */
final class Integers {
  private static final int EVERY = 5; // elements that errors are measured on

  private Integers() {}

  /** Codes less the zero point of {@code n} reals of a format. */
  static void codes(float[] reals, int n, ActivationFormat f, float[] codes) {
    float inverse = (float) (1 / f.step());
    for (int i = 0; i < n; i++) {
      codes[i] = (float) Math.rint(reals[i] * inverse);
    }
  }

  /** One sample of codes less the zero point as codes. */
  static CodeTensor tensor(float[] codes, int from, Shape shape, ActivationFormat f) {
    int[] q = new int[shape.size()];
    for (int i = 0; i < q.length; i++) {
      q[i] = (int) codes[from + i] + f.zeroCode();
    }
    return CodeTensor.wrap(shape, q);
  }

  /** Sample {@code i} of reals as codes. */
  static CodeTensor tensor(float[] reals, int i, TensorSpec spec) {
    int size = spec.shape().size();
    float inverse = (float) (1 / spec.format().step());
    int[] q = new int[size];
    for (int j = 0; j < size; j++) {
      q[j] = (int) Math.rint(reals[i * size + j] * inverse) + spec.format().zeroCode();
    }
    return CodeTensor.wrap(spec.shape(), q);
  }

  /**
   * Adds to {@code seen[2..5]} the squared errors of fraction lengths one shorter, the same and one
   * longer, and the count.
   *
   * @param real values in steps of now
   */
  static void errors(float[] real, int n, int lo, int hi, double step, double[] seen) {
    for (int i = 0; i < n; i += EVERY) {
      for (int c = 0; c < 3; c++) {
        double factor = c == 0 ? 0.5 : c; // steps of 2, 1 and 1/2
        double r = real[i] * factor;
        double target = lo == 0 ? Math.max(r, 0) : r;
        double e = (Math.clamp(Math.rint(r), lo, hi) - target) / factor * step;
        seen[2 + c] += e * e;
      }
      seen[5]++;
    }
  }
}
