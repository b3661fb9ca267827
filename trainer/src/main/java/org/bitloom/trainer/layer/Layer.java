package org.bitloom.trainer.layer;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A layer: its parameters, and how to run it. The layer is shared; each worker runs a {@link Pass}
 * of its own.
 */
public sealed interface Layer
    permits Conv2dLayer,
        GroupedConv2dLayer,
        DenseLayer,
        ReluLayer,
        ActivationLayer,
        PoolLayer,
        FlattenLayer {

  /** The author's name. */
  String name();

  /** Shape of one sample's input, {@code [y][x][c]}. */
  Shape input();

  /** Shape of one sample's output. */
  Shape output();

  /** Trained tensors in a fixed order; empty for most layers. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** Draws the starting values. */
  default void initialise(Initialisation how, RandomGenerator random) {}

  /** Buffers to run up to {@code samples} samples at a time. */
  Pass newPass(int samples);

  /** One worker's run of a layer. Forward must precede backward; arrays handed out are reused. */
  interface Pass {

    /** Output of {@code n} samples. */
    float[] forward(float[] x, int n);

    /**
     * Gradient with respect to the input of the last forward.
     *
     * @param dy gradient with respect to the output
     * @param gradients one array for each parameter, added to
     * @param wantInput whether the result is needed; if not, null may be returned
     */
    float[] backward(float[] dy, int n, List<float[]> gradients, boolean wantInput);
  }
}
