package org.bitloom.simulator.config;

import java.util.List;

/**
 * The AXI4 read port weights come from, and the memory behind it.
 *
 * @param bits of data: 32, 64 or 128
 * @param latency cycles from an accepted address to the first data, 1 to 1000; the memory accepts
 *     two bursts and sends a beat a cycle
 */
public record WeightBus(int bits, int latency) {
  /** Checks the legal ranges. */
  public WeightBus {
    if (!List.of(32, 64, 128).contains(bits)) {
      throw new IllegalArgumentException(
          "weight_bus_bits is " + bits + ", legal are 32, 64 and 128");
    }
    if (latency < 1 || latency > 1000) {
      throw new IllegalArgumentException(
          "weight_bus_latency is " + latency + ", legal are 1 to 1000");
    }
  }
}
