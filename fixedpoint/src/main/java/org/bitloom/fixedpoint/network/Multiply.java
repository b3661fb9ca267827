package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.requantize.Requantization;

/**
 * Element-wise product {@code clamp(req((q1 - z1)(q2 - z2)) + z_out)}; an extent of 1 is repeated.
 */
public record Multiply(
    String name, int left, int right, int output, Requantization requantization, Clamp clamp)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(left, right);
  }

  @Override
  public String kind() {
    return "multiply";
  }
}
