package org.bitloom.trainer.convert;

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
  private final QuantizedOutput output;
  private final float[] dy;
  private QuantizationAware.Step step;

  QuantizedKernel(QuantizationAware model, Groups.Group group, int samples) {
    this.model = model;
    this.group = group;
    inner = group.layer().newPass(samples);
    outSize = group.layer().output().size();
    output = new QuantizedOutput(model, group, samples);
    dy = new float[samples * outSize];
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
        output.code[i * outSize + j] = codes.get(j) - zero;
      }
    }
    for (int i = 0; i < n * outSize; i++) {
      output.real[i] = (float) (exact[i] / out);
    }
    if (run.training() && model.tracks() && group.chooses()) {
      output.observe(n * outSize, step);
    }
    return output.reals(n * outSize, step);
  }

  @Override
  public double[] seen() {
    return output.seen();
  }

  @Override
  public float[][] backward(
      float[] gradient, int n, Layer.Run run, Gradients g, boolean wantInput) {
    output.backward(gradient, n * outSize, step, g, dy);
    return inner.backward(dy, n, run, g, wantInput);
  }
}
