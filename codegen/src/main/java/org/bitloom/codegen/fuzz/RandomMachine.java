package org.bitloom.codegen.fuzz;

import java.util.SplittableRandom;
import org.bitloom.simulator.config.AcceleratorConfig;

/** Random machines of every legal kind, with memories that hold any random network. */
public final class RandomMachine {
  private RandomMachine() {}

  /** The next one. */
  public static AcceleratorConfig of(SplittableRandom r) {
    int slices = new int[] {2, 2, 4, 8}[r.nextInt(4)];
    int requantizers = new int[] {1, 1, 2, 4}[r.nextInt(4)];
    int beat = slices * requantizers;
    int lanes = beat * (1 + r.nextInt(Math.min(4, 64 / beat)));
    return new AcceleratorConfig(
        slices,
        lanes,
        1 + r.nextInt(6),
        2 + r.nextInt(6),
        requantizers,
        1 + r.nextInt(3),
        1 << 17,
        1 << 19,
        1 << 17);
  }
}
