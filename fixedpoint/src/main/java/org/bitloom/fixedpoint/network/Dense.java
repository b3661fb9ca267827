package org.bitloom.fixedpoint.network;

import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * Fully connected layer over all elements of a sample in {@code [y][x][c]} order.
 *
 * @param output tensor {@code [1][1][k]}
 * @param weights {@code [k][n]}
 */
public record Dense(
    String name,
    int input,
    int output,
    CodeTensor weights,
    WeightFormat weightFormat,
    CodeTensor bias,
    Requantization requantization,
    Clamp clamp)
    implements WeightedOperation {

  /** Checks that weights and bias agree. */
  public Dense {
    if (weights.shape().rank() != 2 || bias.size() != weights.shape().dim(0)) {
      throw new IllegalArgumentException(
          name + ": weights " + weights.shape() + " and " + bias.size() + " biases do not agree");
    }
  }

  @Override
  public String kind() {
    return "dense";
  }
}
