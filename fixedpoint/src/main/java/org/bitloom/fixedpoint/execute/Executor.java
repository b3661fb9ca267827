package org.bitloom.fixedpoint.execute;

import java.util.List;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** Computes every tensor of a network for one sample. */
public interface Executor {

  /** The network that is run. */
  QuantizedNetwork network();

  /**
   * All tensors of one sample.
   *
   * @param input codes of the network's input, {@code [y][x][c]}
   * @return one tensor for each of {@link QuantizedNetwork#tensors()}, in that order
   * @throws IllegalArgumentException if the input has another shape or a code outside its format
   */
  List<CodeTensor> run(CodeTensor input);

  /** The output tensor of one sample. */
  default CodeTensor output(CodeTensor input) {
    return run(input).get(network().output());
  }
}
