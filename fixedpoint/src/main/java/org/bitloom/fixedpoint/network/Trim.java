package org.bitloom.fixedpoint.network;

import java.util.List;

/**
 * Codes near zero become the zero code, before they are encoded (method catalogue C6): {@code q}
 * with {@code |q - z| < threshold}; input and output share the format.
 *
 * @param threshold in codes, at least 1; 1 changes nothing
 */
public record Trim(String name, int input, int output, int threshold) implements Operation {

  /** Checks the range. */
  public Trim {
    if (threshold < 1) {
      throw new IllegalArgumentException(name + ": threshold " + threshold + " is below 1");
    }
  }

  /** The code that comes out for {@code q}. */
  public int apply(int q, int zero) {
    return Math.abs(q - zero) < threshold ? zero : q;
  }

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "trim";
  }
}
