package org.bitloom.fixedpoint.network;

import java.util.List;

/** Zeros around a map (the zero code); input and output share the format. */
public record Pad(String name, int input, int output, int top, int left, int bottom, int right)
    implements Operation {

  /** Checks the ranges. */
  public Pad {
    if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
      throw new IllegalArgumentException(name + ": padding must not be negative");
    }
  }

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "pad";
  }
}
