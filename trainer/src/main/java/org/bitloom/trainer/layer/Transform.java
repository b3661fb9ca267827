package org.bitloom.trainer.layer;

import java.util.List;

/**
 * A function between a parameter's trained values and the values that layers compute with, applied
 * once a step: weight and spectral normalization, masks, shared weights, DropConnect, folding.
 */
public interface Transform {

  /** Parameters of its own that are trained. */
  default List<Parameter> own() {
    return List.of();
  }

  /** Arrays that are not trained and belong into a checkpoint. */
  default List<float[]> state() {
    return List.of();
  }

  /** Starts from newly drawn values. */
  default void begin(float[] values) {}

  /**
   * Computes the values.
   *
   * @param in trained values or what the transform before gave
   * @param out overwritten
   * @param training whether noise is drawn and running values are moved
   * @param seed of the noise of this step
   */
  void apply(float[] in, float[] out, boolean training, long seed);

  /**
   * Turns the gradient with respect to {@code out} into that with respect to {@code in}, in place.
   *
   * @param gradient of the loss with respect to {@code out}, overwritten
   * @param own receives the gradients of {@link #own()}
   */
  void backward(float[] in, float[] out, float[] gradient, Gradients own);
}
