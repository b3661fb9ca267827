package org.bitloom.simulator.plan;

import java.util.List;
import org.bitloom.simulator.config.WeightBus;

/**
 * Weights of the layers that follow come from an outside memory over AXI4.
 *
 * @param layers the layers
 * @param words words for every slice
 * @param wordBeats beats of the bus for a slice's word
 * @param slices S
 * @param address where they begin outside, relative to the base register; a multiple of 4096
 * @param bus the bus
 */
public record WeightStep(
    List<String> layers, int words, int wordBeats, int slices, long address, WeightBus bus)
    implements Step {
  /** Most beats of a burst. */
  public static final int BURST = 256;

  /** Bytes that a burst must not cross and that every step begins at a multiple of. */
  public static final int PAGE = 4096;

  /** Copies. */
  public WeightStep {
    layers = List.copyOf(layers);
  }

  @Override
  public String name() {
    return "weights of " + String.join(", ", layers);
  }

  @Override
  public String kind() {
    return "weights";
  }

  /** Beats in all. */
  public int beats() {
    return words * slices * wordBeats;
  }

  /** Bursts in all; every one but the last is full. */
  public int bursts() {
    return Math.ceilDiv(beats(), BURST);
  }

  /** Beats of a burst. */
  public int burst(int i) {
    return Math.min(beats() - i * BURST, BURST);
  }

  /** Bytes outside, up to the next page. */
  public long bytes() {
    return Math.ceilDiv((long) beats() * bus.bits() / 8, PAGE) * (long) PAGE;
  }
}
