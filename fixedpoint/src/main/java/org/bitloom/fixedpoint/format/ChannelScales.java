package org.bitloom.fixedpoint.format;

import java.util.List;

/**
 * Symmetric weights, {@code real = scale * q}: one scale for the tensor or one for each output
 * channel.
 *
 * @param bits width of a code, 2 to 8
 * @param values one scale, or as many as output channels; each finite and positive
 */
public record ChannelScales(int bits, List<Float> values) implements WeightFormat {

  /** Checks and copies. */
  public ChannelScales {
    values = List.copyOf(values);
    if (bits < 2 || bits > 9) { // 9 for unsigned bytes less a zero point
      throw new IllegalArgumentException("weight width " + bits + " is outside 2..9");
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no weight scale");
    }
    for (float s : values) {
      if (!(s > 0) || Float.isInfinite(s)) {
        throw new IllegalArgumentException(
            "weight scale " + s + " is not a positive finite number");
      }
    }
  }

  @Override
  public double scale(int channel) {
    return values.size() == 1 ? values.getFirst() : values.get(channel);
  }

  @Override
  public int scales() {
    return values.size();
  }
}
