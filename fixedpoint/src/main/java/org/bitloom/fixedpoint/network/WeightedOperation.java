package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * An operation that multiplies by weights: {@code out = clamp(req(bias + sum w (q - z)) + z_out)}.
 */
public sealed interface WeightedOperation extends Operation permits Conv2d, Dense {

  /** Index of the tensor it reads. */
  int input();

  /** Weight codes, outermost extent the output channel. */
  CodeTensor weights();

  /** What the weight codes mean. */
  WeightFormat weightFormat();

  /** The integers the weight codes stand for, which are what is multiplied. */
  default CodeTensor integers() {
    WeightFormat f = weightFormat();
    int[] w = weights().toArray();
    for (int i = 0; i < w.length; i++) {
      w[i] = f.integer(w[i]);
    }
    return CodeTensor.wrap(weights().shape(), w);
  }

  /** One bias for each output channel, at the accumulator's scale. */
  CodeTensor bias();

  /** From accumulator to code. */
  Requantization requantization();

  /** The fused activation. */
  Clamp clamp();

  @Override
  default List<Integer> inputs() {
    return List.of(input());
  }
}
