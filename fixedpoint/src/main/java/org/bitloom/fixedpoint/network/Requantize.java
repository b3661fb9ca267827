package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.requantize.Requantization;

/** The same reals in another format: {@code clamp(req(q - z) + z_out)}. */
public record Requantize(
    String name, int input, int output, Requantization requantization, Clamp clamp)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "requantize";
  }
}
