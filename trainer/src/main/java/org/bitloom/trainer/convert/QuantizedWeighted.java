package org.bitloom.trainer.convert;

import java.util.List;
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
  private final QuantizedOutput output;
  private final float[] dy;
  private final int[] sums;
  private final int[] codes;
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
    output = new QuantizedOutput(model, group, samples);
    dy = new float[samples * outSize];
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
        output.real[at + k] = acc[at + k] * toSteps[k];
      }
    }
    if (step.requantizer() != null) {
      for (int at = 0; at < n * outSize; at += channels) {
        for (int k = 0; k < channels; k++) {
          sums[k] = (int) acc[at + k];
        }
        step.requantizer().codes(sums, 0, codes, 0);
        for (int k = 0; k < channels; k++) {
          output.code[at + k] = codes[k] - zero;
        }
      }
    } else {
      kernel(n, zero);
    }
    if (run.training() && model.tracks()) {
      output.observe(n * outSize, step);
      moments(n, out);
    }
    return output.reals(n * outSize, step);
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
        output.code[i * outSize + j] = out.get(j) - zero;
      }
    }
  }

  private void moments(int n, double out) {
    moments = new double[QuantizationAware.norm(group) == null ? 0 : 2 * channels + 1];
    if (moments.length == 0) {
      return;
    }
    for (int at = 0; at < n * outSize; at += channels) {
      for (int k = 0; k < channels; k++) {
        double r = output.real[at + k] * out;
        moments[k] += r;
        moments[channels + k] += r * r;
      }
    }
    moments[2 * channels] = (double) n * outSize / channels;
  }

  @Override
  public double[] seen() {
    return output.seen();
  }

  /** Sums, sums of squares and count of the reals before the activation, by channel. */
  double[] moments() {
    return moments;
  }

  @Override
  public float[][] backward(
      float[] gradient, int n, Layer.Run run, Gradients g, boolean wantInput) {
    output.backward(gradient, n * outSize, step, g, dy);
    float[] scale = new float[channels];
    for (int k = 0; k < channels; k++) {
      scale[k] = (float) step.scales()[k];
    }
    for (int at = 0; at < n * outSize; at += channels) {
      for (int k = 0; k < channels; k++) {
        dy[at + k] *= scale[k];
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
