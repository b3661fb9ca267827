package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;

/** The input as codes and back. */
final class QuantizedInput implements Layer.Pass {
  private final QuantizationAware model;
  private final int size;
  private final float[] y;

  QuantizedInput(QuantizationAware model, int samples) {
    this.model = model;
    size = model.network().input().size();
    y = new float[samples * size];
  }

  @Override
  public float[] forward(float[][] x, int n, Layer.Run run) {
    ActivationFormat f = model.input();
    for (int i = 0; i < n * size; i++) {
      y[i] = (float) f.toReal(f.toCode(x[0][i], Rounding.HALF_AWAY));
    }
    return y;
  }

  @Override
  public float[][] backward(
      float[] dy, int n, Layer.Run run, Gradients gradients, boolean wantInput) {
    return new float[][] {dy};
  }
}
