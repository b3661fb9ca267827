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
        DenseLayer,
        ActivationLayer,
        PoolLayer,
        FlattenLayer,
        AddLayer,
        MultiplyLayer,
        ConcatLayer,
        PadLayer,
        ScaleLayer,
        BatchNormLayer,
        GroupNormLayer,
        LocalResponseNormLayer,
        DropoutLayer,
        SoftmaxLayer {

  /** The author's name. */
  String name();

  /** Shape of one sample's (first) input, {@code [y][x][c]}. */
  Shape input();

  /** Shapes of one sample's inputs. */
  default List<Shape> inputs() {
    return List.of(input());
  }

  /** Shape of one sample's output. */
  Shape output();

  /** Trained tensors in a fixed order; empty for most layers. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** Arrays that are not trained and belong into a checkpoint, such as running means. */
  default List<float[]> state() {
    return List.of();
  }

  /** Draws the starting values. */
  default void initialise(Initialisation how, RandomGenerator random) {}

  /** Buffers to run up to {@code samples} samples at a time. */
  Pass newPass(int samples);

  /**
   * How a step is run.
   *
   * @param training whether noise is drawn and statistics of the batch are used
   * @param seed of the noise of this step, chunk and network
   * @param values the parameters' effective values
   */
  record Run(boolean training, long seed, Values values) {
    /** Not training. */
    public static Run inference(Values values) {
      return new Run(false, 0, values);
    }
  }

  /** One worker's run of a layer. Forward must precede backward; arrays handed out are reused. */
  interface Pass {

    /** Output of {@code n} samples. */
    float[] forward(float[][] x, int n, Run run);

    /**
     * Gradients with respect to the inputs of the last forward; an entry may be an array handed in.
     *
     * @param dy gradient with respect to the output
     * @param gradients of the parameters' effective values, added to
     * @param wantInput whether the result is needed; if not, null may be returned
     */
    float[][] backward(float[] dy, int n, Run run, Gradients gradients, boolean wantInput);
  }

  /**
   * A pass that needs sums over the whole batch, forward and backward: before each of the two the
   * sums of all chunks are collected, added in chunk order, and handed to every chunk.
   */
  interface Joint extends Pass {
    /** Sums of this chunk. */
    double[] collect(float[][] x, int n, Run run);

    /** The sums of all chunks, before {@link #forward}. */
    void use(double[] sums, Run run);

    /** Sums of this chunk's gradients. */
    double[] collectBackward(float[] dy, int n, Run run);

    /** The sums of all chunks, before {@link #backward}. */
    void useBackward(double[] sums);

    /** Once a batch, not once a chunk: moves running values. */
    void absorb(double[] sums);
  }
}
