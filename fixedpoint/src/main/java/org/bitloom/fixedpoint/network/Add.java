package org.bitloom.fixedpoint.network;

import java.util.List;

/**
 * Element-wise sum or difference of two maps; an extent of 1 is repeated.
 *
 * @param subtract left minus right
 */
public record Add(
    String name, int left, int right, int output, boolean subtract, Addition addition, Clamp clamp)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(left, right);
  }

  @Override
  public String kind() {
    return subtract ? "subtract" : "add";
  }
}
