package org.bitloom.trainer.convert;

import java.util.List;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;

/**
 * A convolution or dense layer on integers: the float layer runs on codes less their zero point and
 * on the weights' integers, which float32 holds exactly, and its sums are requantized. On the way
 * back it runs on the same integers, with the scales put in.
 */
final class QuantizedWeighted implements Layer.Pass, QuantizationAware.Seen {
  private final QuantizationAware model;
  private final Groups.Group group;
  private final Layer.Pass inner;
  private final Parameter weight;
  private final Parameter bias;
  private final Gradients integers;
  private final int inSize;
  private final int outSize;
  private final int channels;
  private final float[] x; // codes less zero point
  private final float[] y; // reals of the output codes
  private final float[] code; // output codes less zero point
  private final float[] real; // outputs before rounding, in output steps
  private final float[] dy;
  private final int[] sums;
  private final int[] codes;
  private double[] seen = Range.nothing();
  private double[] moments = new double[0];
  private QuantizationAware.Step step;

  QuantizedWeighted(QuantizationAware model, Groups.Group group, int samples) {
    this.model = model;
    this.group = group;
    inner = group.layer().newPass(samples);
    weight = group.layer().parameters().get(0);
    bias = group.layer().parameters().get(1);
    integers = new Gradients(List.of(weight, bias));
    inSize = group.layer().input().size();
    outSize = group.layer().output().size();
    channels = bias.values().length;
    x = new float[samples * inSize];
    y = new float[samples * outSize];
    code = new float[y.length];
    real = new float[y.length];
    dy = new float[y.length];
    sums = new int[channels];
    codes = new int[channels];
  }

  @Override
  public float[] forward(float[][] xs, int n, Layer.Run run) {
    step = model.step(group);
    Integers.codes(xs[0], n * inSize, step.in(), x);
    float[] acc = inner.forward(new float[][] {x}, n, integerRun(run));
    double in = step.in().step();
    double out = step.out().step();
    int zero = step.out().zeroCode();
    float[] toSteps = new float[channels];
    for (int k = 0; k < channels; k++) {
      toSteps[k] = (float) (in * step.scales()[k] / out);
    }
    for (int at = 0; at < n * outSize; at += channels) {
      for (int k = 0; k < channels; k++) {
        real[at + k] = acc[at + k] * toSteps[k];
      }
    }
    if (step.requantizer() != null) {
      for (int at = 0; at < n * outSize; at += channels) {
        for (int k = 0; k < channels; k++) {
          sums[k] = (int) acc[at + k];
        }
        step.requantizer().codes(sums, 0, codes, 0);
        for (int k = 0; k < channels; k++) {
          code[at + k] = codes[k] - zero;
        }
      }
    } else {
      kernel(n, zero);
    }
    for (int i = 0; i < n * outSize; i++) {
      y[i] = (float) (code[i] * out);
    }
    if (run.training() && model.tracks()) {
      observe(n, out);
    }
    return y;
  }

  private Layer.Run integerRun(Layer.Run run) {
    float[] w = step.weights();
    float[] b = step.bias();
    return new Layer.Run(run.training(), run.seed(), p -> p == weight ? w : b);
  }

  /** Sums that float32 does not hold: the executor computes the codes. */
  private void kernel(int n, int zero) {
    CodeTensor[] tensors = new CodeTensor[model.quantized().tensors().size()];
    int from = step.operation().inputs().getFirst();
    for (int i = 0; i < n; i++) {
      tensors[from] =
          Integers.tensor(x, i * inSize, model.quantized().tensor(from).shape(), step.in());
      CodeTensor out = step.kernel().apply(tensors);
      for (int j = 0; j < outSize; j++) {
        code[i * outSize + j] = out.get(j) - zero;
      }
    }
  }

  private void observe(int n, double out) {
    Clamp clamp = group.fused().clamp(step.out());
    int zero = step.out().zeroCode();
    boolean relu = group.fused() != Groups.Fused.NONE;
    seen = Range.nothing();
    moments = new double[QuantizationAware.norm(group) == null ? 0 : 2 * channels + 1];
    for (int at = 0; at < n * outSize; at += channels) {
      for (int k = 0; k < channels; k++) {
        double r = real[at + k];
        if (moments.length > 0) {
          moments[k] += r * out;
          moments[channels + k] += r * out * (r * out);
        }
        double v = relu ? Math.max(r, 0) : r;
        seen[0] = Math.min(seen[0], v * out);
        seen[1] = Math.max(seen[1], v * out);
      }
    }
    if (moments.length > 0) {
      moments[2 * channels] = (double) n * outSize / channels;
    }
    if (step.out() instanceof QFormat) {
      Integers.errors(real, n * outSize, clamp.lo() - zero, clamp.hi() - zero, out, seen);
    }
  }

  @Override
  public double[] seen() {
    return seen;
  }

  /** Sums, sums of squares and count of the reals before the activation, by channel. */
  double[] moments() {
    return moments;
  }

  @Override
  public float[][] backward(
      float[] gradient, int n, Layer.Run run, Gradients g, boolean wantInput) {
    Clamp clamp = group.fused().clamp(step.out());
    int zero = step.out().zeroCode();
    Range range = model.learned(group);
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
    float[] scale = new float[channels];
    for (int k = 0; k < channels; k++) {
      scale[k] = (float) step.scales()[k];
    }
    for (int at = 0; at < n * outSize; at += channels) {
      for (int k = 0; k < channels; k++) {
        float r = real[at + k];
        dy[at + k] = r > lo && r < hi ? gradient[at + k] * scale[k] : 0;
      }
    }
    integers.clear();
    float[][] dx = inner.backward(dy, n, integerRun(run), integers, wantInput);
    float[] dw = g.of(weight);
    float[] db = g.of(bias);
    int depth = dw.length / channels;
    double in = step.in().step();
    for (int k = 0; k < channels; k++) {
      float w = (float) (in / scale[k]);
      for (int i = k * depth; i < (k + 1) * depth; i++) {
        dw[i] += integers.of(weight)[i] * w;
      }
      db[k] += integers.of(bias)[k] / scale[k];
    }
    return dx;
  }
}
