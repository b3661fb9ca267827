package org.bitloom.fixedpoint.network;

import java.util.List;

/** The same codes in the same {@code [y][x][c]} order under another shape. */
public record Flatten(String name, int input, int output) implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "flatten";
  }
}
