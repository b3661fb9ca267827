package org.bitloom.codegen.fuzz;

import java.util.SplittableRandom;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.config.WeightBus;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Planner;

/** Random machines of every legal kind, with memories that hold any random network. */
public final class RandomMachine {
  private RandomMachine() {}

  /** The next one; with a weight bus, its weight memory is mostly too small for the network. */
  public static AcceleratorConfig of(SplittableRandom r, QuantizedNetwork network) {
    AcceleratorConfig c = of(r);
    if (c.weightBus() == null) {
      return c;
    }
    int largest = 16;
    int all = 0;
    for (LayerStep l : Planner.plan(network, c).layers()) {
      largest = Math.max(largest, l.weightWords());
      all += l.weightWords();
    }
    return c.withWeightWords(largest + r.nextInt(Math.max(all - largest, 0) + 1));
  }

  /** The next one, with room for everything. */
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
        1 << 17,
        r.nextInt(3) == 0
            ? new WeightBus(new int[] {32, 64, 128}[r.nextInt(3)], 1 + r.nextInt(40))
            : null);
  }
}
