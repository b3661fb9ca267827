package org.bitloom.fixedpoint.network;

import java.util.List;

/** ReLU or ReLU6 that could not be fused: a clamp between tensors of one format. */
public record Relu(String name, int input, int output, Clamp clamp) implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return "relu";
  }
}
