package org.bitloom.fixedpoint.format;

import java.util.List;

/**
 * Symmetric weights, {@code real = scale * q}: one scale for the tensor or one for each output
 * channel.
 *
 * @param bits width of a code, 2 to 8
 * @param scales one scale, or as many as output channels; each finite and positive
 */
public record ChannelScales(int bits, List<Float> scales) implements WeightFormat {

  /** Checks and copies. */
  public ChannelScales {
    scales = List.copyOf(scales);
    if (bits < 2 || bits > 8) {
      throw new IllegalArgumentException("weight width " + bits + " is outside 2..8");
    }
    if (scales.isEmpty()) {
      throw new IllegalArgumentException("no weight scale");
    }
    for (float s : scales) {
      if (!(s > 0) || Float.isInfinite(s)) {
        throw new IllegalArgumentException(
            "weight scale " + s + " is not a positive finite number");
      }
    }
  }

  /** Whether one scale serves all output channels. */
  public boolean perTensor() {
    return scales.size() == 1;
  }

  /** The scale of an output channel. */
  public float scale(int channel) {
    return perTensor() ? scales.getFirst() : scales.get(channel);
  }

  @Override
  public double toReal(long code, int channel) {
    return (double) scale(channel) * code;
  }
}
