package org.bitloom.trainer.layer;

import java.util.List;
import java.util.function.IntFunction;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * What a {@link NetworkPass} runs: nodes in order and the tensors each reads; tensor 0 is the
 * input, tensor {@code i + 1} the output of node {@code i}.
 *
 * @param shapes of all tensors
 * @param inputs tensors each node reads
 * @param passes makes each node's buffers for a number of samples
 */
public record Wiring(
    List<Shape> shapes, List<List<Integer>> inputs, List<IntFunction<Layer.Pass>> passes) {
  /** Copies. */
  public Wiring {
    shapes = List.copyOf(shapes);
    inputs = List.copyOf(inputs);
    passes = List.copyOf(passes);
  }
}
