package org.bitloom.fixedpoint.network;

import java.util.Objects;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A feature map of the network.
 *
 * @param name the author's name for it
 * @param shape {@code [y][x][c]}
 * @param format what its codes mean
 */
public record TensorSpec(String name, Shape shape, ActivationFormat format) {

  /** Checks that the shape is a feature map. */
  public TensorSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(format);
    if (shape.rank() != 3) {
      throw new IllegalArgumentException(
          "tensor " + name + ": shape " + shape + " is not [y][x][c]");
    }
  }
}
