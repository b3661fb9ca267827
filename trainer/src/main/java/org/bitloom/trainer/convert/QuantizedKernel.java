package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;

/**
 * A layer without weights on integers: the executor computes the codes, the float layer the
 * gradients at the reals they stand for.
 */
final class QuantizedKernel implements Layer.Pass, QuantizationAware.Seen {
  private final QuantizationAware model;
  private final Groups.Group group;
  private final Layer.Pass inner;
  private final int outSize;
  private final float[] y;
  private final float[] code;
  private final float[] real;
  private final float[] dy;
  private double[] seen = Range.nothing();
  private QuantizationAware.Step step;

  QuantizedKernel(QuantizationAware model, Groups.Group group, int samples) {
    this.model = model;
    this.group = group;
    inner = group.layer().newPass(samples);
    outSize = group.layer().output().size();
    y = new float[samples * outSize];
    code = new float[y.length];
    real = new float[y.length];
    dy = new float[y.length];
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    step = model.step(group);
    float[] exact = inner.forward(xs, n, run);
    CodeTensor[] tensors = new CodeTensor[model.quantized().tensors().size()];
    int zero = step.out().zeroCode();
    double out = step.out().step();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < xs.length; j++) {
        int t = step.operation().inputs().get(j);
        tensors[t] = Integers.tensor(xs[j], i, model.quantized().tensor(t));
      }
      CodeTensor codes = step.kernel().apply(tensors);
      for (int j = 0; j < outSize; j++) {
        code[i * outSize + j] = codes.get(j) - zero;
      }
    }
    for (int i = 0; i < n * outSize; i++) {
      real[i] = (float) (exact[i] / out);
      y[i] = (float) (code[i] * out);
    }
    if (run.training() && model.tracks() && group.chooses()) {
      observe(n, out);
    }
    return y;
  }

  private void observe(int n, double out) {
    Clamp clamp = group.fused().clamp(step.out());
    int zero = step.out().zeroCode();
    boolean relu = group.fused() != Groups.Fused.NONE;
    seen = Range.nothing();
    for (int i = 0; i < n * outSize; i++) {
      double v = (relu ? Math.max(real[i], 0) : real[i]) * out;
      seen[0] = Math.min(seen[0], v);
      seen[1] = Math.max(seen[1], v);
    }
    if (step.out() instanceof QFormat) {
      Integers.errors(real, n * outSize, clamp.lo() - zero, clamp.hi() - zero, out, seen);
    }
  }

  @Override
  public double[] seen() {
    return seen;
  }

  @Override
  public float[][] backward(
      float[] gradient, int n, Layer.Run run, Gradients g, boolean wantInput) {
    Clamp clamp = group.fused().clamp(step.out());
    int zero = step.out().zeroCode();
    Range range = group.chooses() ? model.learned(group) : null;
    if (range != null) {
      range.backward(
          gradient,
          real,
          code,
          n * outSize,
          clamp.lo() - zero,
          clamp.hi() - zero,
          g.of(range.bounds()));
    }
    boolean relu = group.fused() != Groups.Fused.NONE;
    float lo = relu ? 0 : clamp.lo() - zero - 0.5f;
    float hi = clamp.hi() - zero + 0.5f;
    for (int i = 0; i < n * outSize; i++) {
      dy[i] = real[i] > lo && real[i] < hi ? gradient[i] : 0;
    }
    return inner.backward(dy, n, run, g, wantInput);
  }
}
