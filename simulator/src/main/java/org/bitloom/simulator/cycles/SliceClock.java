package org.bitloom.simulator.cycles;

import org.bitloom.simulator.plan.LayerStep;

/** When each slice was last busy in a layer, and what it did in every cycle until then. */
final class SliceClock {
  final long[] last;
  final long[] useful;
  final long[] empty;
  final long[] passed;
  final long[] waitDrain;
  final long[] waitSlices;

  private final Timeline timeline; // or null

  SliceClock(int slices, Timeline timeline) {
    this.timeline = timeline;
    last = new long[slices];
    useful = new long[slices];
    empty = new long[slices];
    passed = new long[slices];
    waitDrain = new long[slices];
    waitSlices = new long[slices];
  }

  /** The slice's next token may come at {@code earliest}; returns its cycle, the wait noted. */
  long begin(int s, long earliest, boolean drainBound) {
    long first = Math.max(last[s] + 1, earliest);
    (drainBound ? waitDrain : waitSlices)[s] += first - last[s] - 1;
    if (timeline != null) {
      timeline.slice(s, drainBound ? "wait for drain" : "wait for slices", last[s] + 1, first - 1);
    }
    return first;
  }

  /** The slice is busy with {@code what} until a cycle. */
  void busy(int s, String what, long first, long until) {
    last[s] = until;
    if (timeline != null) {
      timeline.slice(s, what, first, until);
    }
  }

  /** Results leave. */
  void drains(long from, long to) {
    if (timeline != null) {
      timeline.drain(from, to);
    }
  }

  /** Where a layer's cycles went, along the slice that finished last. */
  Stalls stalls(LayerStep step, long nonzeroMacs, long cycles, long end) {
    int slices = last.length;
    int s = 0;
    long all = 0;
    for (int i = 0; i < slices; i++) {
      all += useful[i];
      if (last[i] > last[s]) {
        s = i;
      }
    }
    long compute = Math.ceilDiv(nonzeroMacs, (long) step.config().multipliers());
    long mean = Math.max(Math.ceilDiv(all, (long) slices), compute);
    long[] lost = {empty[s], waitSlices[s], waitDrain[s], passed[s], cycles - last[s] - end};
    // A slice that finished last with less to multiply than the mean lost less elsewhere than it
    // seems.
    long surplus = Math.max(mean - useful[s], 0);
    for (int i = 0; i < lost.length; i++) {
      long take = Math.min(surplus, lost[i]);
      lost[i] -= take;
      surplus -= take;
    }
    long imbalance = Math.max(useful[s] - mean, 0);
    return new Stalls(
        compute, mean - compute, imbalance, lost[0], lost[3], lost[2], lost[1], lost[4], end, 0);
  }
}
