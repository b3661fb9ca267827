package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * A function of a code, looked up on the way to the memories.
 *
 * @param index its place among the machine's tables
 * @param first the smallest input code
 * @param codes output code of each input code, from the smallest on
 */
public record Table(int index, int first, CodeTensor codes) {

  /** The output code; input codes beyond the format never come and give 0. */
  public int apply(int code) {
    int i = code - first;
    return i >= 0 && i < codes.size() ? codes.get(i) : 0;
  }
}
