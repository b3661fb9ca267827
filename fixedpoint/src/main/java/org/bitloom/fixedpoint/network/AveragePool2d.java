package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.format.Rounding;

/**
 * Mean of the codes of a window's valid positions, rounded; padding does not count. Input and
 * output share the format. Affine int8 rounds half away from zero, dynamic fixed point as the layer
 * says.
 */
public record AveragePool2d(
    String name, int input, int output, Window window, Rounding rounding, Clamp clamp)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "average_pool";
  }
}
