package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** A map that does not depend on the input. */
public record Constant(String name, int output, CodeTensor codes) implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of();
  }

  @Override
  public String kind() {
    return "constant";
  }
}
