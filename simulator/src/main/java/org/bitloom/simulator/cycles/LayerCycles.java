package org.bitloom.simulator.cycles;

import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Plan;

/** What a layer costs. */
sealed interface LayerCycles permits LayerTiming, ScatterTiming {
  /** The layer's cycles. */
  long cycles();

  /** Where they went. */
  Stalls stalls(long nonzeroMacs);

  /** Times a layer; {@code timeline} may be null. */
  static LayerCycles of(Plan plan, LayerStep step, TokenCounts counts, Timeline timeline) {
    Latency latency = Latency.of(plan);
    return step.scatter() != null
        ? new ScatterTiming(step, counts, latency, timeline).run()
        : new LayerTiming(step, counts, latency, timeline).run();
  }
}
