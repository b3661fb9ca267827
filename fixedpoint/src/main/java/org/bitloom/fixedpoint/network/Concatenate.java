package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.requantize.Requantization;

/**
 * Maps one after the other along an axis.
 *
 * @param axis 0 rows, 1 columns, 2 channels
 * @param rescale one for each input, applied where its format is not the output's
 */
public record Concatenate(
    String name, List<Integer> inputs, int output, int axis, List<Requantization> rescale)
    implements Operation {

  /** Copies and checks. */
  public Concatenate {
    inputs = List.copyOf(inputs);
    rescale = List.copyOf(rescale);
    if (axis < 0 || axis > 2 || inputs.isEmpty() || rescale.size() != inputs.size()) {
      throw new IllegalArgumentException(
          name + ": axis " + axis + " with " + inputs.size() + " inputs");
    }
  }

  @Override
  public String kind() {
    return "concatenate";
  }
}
