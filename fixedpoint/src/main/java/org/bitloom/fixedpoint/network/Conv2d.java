package org.bitloom.fixedpoint.network;

import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * Convolution; grouped, depthwise and pointwise are cases of it.
 *
 * @param input tensor {@code [y][x][c]}
 * @param output tensor {@code [y][x][k]}
 * @param window kernel, stride, dilation, padding
 * @param groups channel groups; output channel k reads input channels of group {@code k groups / K}
 * @param weights {@code [k][r][s][c / groups]}
 */
public record Conv2d(
    String name,
    int input,
    int output,
    Window window,
    int groups,
    CodeTensor weights,
    WeightFormat weightFormat,
    CodeTensor bias,
    Requantization requantization,
    Clamp clamp)
    implements WeightedOperation {

  /** Checks that weights, bias and groups agree. */
  public Conv2d {
    if (weights.shape().rank() != 4
        || weights.shape().dim(1) != window.height()
        || weights.shape().dim(2) != window.width()) {
      throw new IllegalArgumentException(
          name
              + ": weights "
              + weights.shape()
              + " do not fit kernel "
              + window.height()
              + "x"
              + window.width());
    }
    int k = weights.shape().dim(0);
    if (groups < 1 || k % groups != 0) {
      throw new IllegalArgumentException(
          name + ": " + k + " output channels in " + groups + " groups");
    }
    if (bias.size() != k) {
      throw new IllegalArgumentException(
          name + ": " + bias.size() + " biases for " + k + " output channels");
    }
  }

  @Override
  public String kind() {
    if (groups > 1) {
      return weights.shape().dim(3) == 1 ? "depthwise" : "grouped_conv";
    }
    return "conv";
  }

  /** Output channels. */
  public int outChannels() {
    return weights.shape().dim(0);
  }
}
