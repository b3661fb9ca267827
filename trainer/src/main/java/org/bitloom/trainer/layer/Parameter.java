package org.bitloom.trainer.layer;

import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A trained tensor. The values are written by the optimiser only.
 *
 * @param name unique within the network, such as {@code conv1.weight}
 * @param shape extents
 * @param values row major
 */
public record Parameter(String name, Shape shape, float[] values) {

  /** Checks the size. */
  public Parameter {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(
          name + ": shape " + shape + " has not " + values.length + " elements");
    }
  }

  /** Zeros. */
  public static Parameter zeros(String name, Shape shape) {
    return new Parameter(name, shape, new float[shape.size()]);
  }
}
