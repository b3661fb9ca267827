package org.bitloom.tests.hardware;

import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomMachine;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;

/** Plans of small networks whose emitted modules are tested alone. */
final class Plans {
  private Plans() {}

  /** The first random network whose machine adds maps and looks functions up. */
  static Plan withMergeAndTable(boolean multiply) {
    for (long seed = 0; ; seed++) {
      QuantizedNetwork n = RandomNetwork.of(seed);
      Plan p = Planner.plan(n, RandomMachine.of(new SplittableRandom(seed)));
      if (p.multiplies() == multiply && p.widths().merge() && p.widths().tables() > 0) {
        return p;
      }
    }
  }

  /** The first random network with the wanted kind of requantization. */
  static Plan withRequantizer(boolean multiply) {
    for (long seed = 0; ; seed++) {
      QuantizedNetwork n = RandomNetwork.of(seed);
      List<WeightedOperation> w =
          n.operations().stream()
              .filter(WeightedOperation.class::isInstance)
              .map(WeightedOperation.class::cast)
              .toList();
      if (!w.isEmpty()
          && w.getFirst().requantization() instanceof MultiplierRequantization == multiply) {
        return Planner.plan(n, AcceleratorConfig.of("tiny"));
      }
    }
  }
}
