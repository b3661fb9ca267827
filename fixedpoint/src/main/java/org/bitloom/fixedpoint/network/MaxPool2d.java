package org.bitloom.fixedpoint.network;

import java.util.List;

/** Maximum of the codes of a window's valid positions; input and output share the format. */
public record MaxPool2d(String name, int input, int output, Window window, Clamp clamp)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "max_pool";
  }
}
