package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * What a stage of the machine shows: a tensor of the network, or some channels of it with the zero
 * code in the others (a concatenation on its way).
 *
 * @param tensor index of the tensor
 * @param from first channel shown
 * @param to channel after the last one shown
 * @param zero the zero code
 */
public record View(int tensor, int from, int to, int zero) {

  /** The codes shown, given the whole tensor. */
  public CodeTensor of(CodeTensor whole) {
    int channels = whole.shape().channels();
    if (from == 0 && to >= channels) {
      return whole;
    }
    int[] codes = whole.toArray();
    for (int i = 0; i < codes.length; i++) {
      int c = i % channels;
      if (c < from || c >= to) {
        codes[i] = zero;
      }
    }
    return CodeTensor.wrap(whole.shape(), codes);
  }
}
