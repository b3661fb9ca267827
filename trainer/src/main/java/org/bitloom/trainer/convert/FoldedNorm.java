package org.bitloom.trainer.convert;

import java.util.List;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Transform;

/**
 * Batch normalization folded into the layer before it, with running statistics (Jacob et al., 2018,
 * section 3.2): {@code w' = gamma w / d}, {@code b' = beta + gamma (b - mean) / d}, {@code d =
 * sqrt(variance + epsilon)}. Gradients reach w, b, gamma and beta.
 */
final class FoldedNorm implements Transform {
  private final BatchNormLayer norm;
  private final boolean bias;

  /** For the weights or the bias of a layer. */
  FoldedNorm(BatchNormLayer norm, boolean bias) {
    this.norm = norm;
    this.bias = bias;
  }

  BatchNormLayer norm() {
    return norm;
  }

  @Override
  public List<Parameter> own() {
    return bias ? List.of(norm.gamma(), norm.beta()) : List.of(norm.gamma());
  }

  @Override
  public List<float[]> state() {
    return norm.state();
  }

  private double inverse(int k) {
    return 1 / Math.sqrt(norm.variance()[k] + norm.epsilon());
  }

  @Override
  public void apply(float[] in, float[] out, boolean training, long seed) {
    float[] gamma = norm.gamma().effective();
    float[] beta = norm.beta().effective();
    int depth = in.length / gamma.length;
    for (int k = 0; k < gamma.length; k++) {
      double factor = gamma[k] * inverse(k);
      for (int i = k * depth; i < (k + 1) * depth; i++) {
        out[i] = (float) (bias ? beta[k] + (in[i] - norm.mean()[k]) * factor : in[i] * factor);
      }
    }
  }

  @Override
  public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
    float[] dGamma = all.of(norm.gamma());
    int depth = in.length / dGamma.length;
    for (int k = 0; k < dGamma.length; k++) {
      double d = inverse(k);
      double factor = norm.gamma().values()[k] * d;
      double sum = 0;
      for (int i = k * depth; i < (k + 1) * depth; i++) {
        sum += gradient[i] * (bias ? in[i] - norm.mean()[k] : in[i]);
        if (bias) {
          all.of(norm.beta())[k] += gradient[i];
        }
        gradient[i] = (float) (gradient[i] * factor);
      }
      dGamma[k] += (float) (sum * d);
    }
  }
}
