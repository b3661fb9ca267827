package org.bitloom.simulator.cycles;

import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.Scatter;

/**
 * The cycles of a scattered (depthwise) layer. With time 0 the START cycle, T tokens of slice s in
 * input row y read {@code chunks} times, and B beats of an output row:
 *
 * <pre>
 * first(s, y)  = max(last(s, y-1) + 1, drained(newest(y) - banks) + 1)
 * last(s, y)   = first(s, y) + chunks T - 1
 * drain(oy)    = max(max_s last(s, lastRow(oy)) + 4, drained(oy-1) + 1)   4: the pipeline
 * drained(oy)  = drain(oy) + B - 1
 * cycles       = drained(last) + what follows + 2
 * </pre>
 */
final class ScatterTiming implements LayerCycles {
  private final LayerStep step;
  private final TokenCounts counts;
  private final Latency latency;
  private final SliceClock clock;
  private final long[] drained; // by output row
  private final boolean[] drainBound;
  private int rowsDrained;

  ScatterTiming(LayerStep step, TokenCounts counts, Latency latency, Timeline timeline) {
    this.step = step;
    this.counts = counts;
    this.latency = latency;
    this.clock = new SliceClock(step.input().slices(), timeline);
    this.drained = new long[step.windowsDown()];
    this.drainBound = new boolean[step.windowsDown()];
  }

  ScatterTiming run() {
    Scatter sc = step.scatter();
    Layout layout = step.input();
    drainUpTo(-1);
    for (int y = 0; y < sc.rowsWalked(); y++) {
      int waitsFor = sc.newestRow(y) - sc.banks();
      boolean waits = waitsFor >= 0 && waitsFor < step.windowsDown();
      long credit = waits ? drained[waitsFor] + 1 : 0;
      int row = y * layout.shape().width();
      for (int s = 0; s < layout.slices(); s++) {
        int tokens = counts.tokens(s, row, row + step.columns()) * sc.chunks();
        int nonzero = counts.nonzero(s, row, row + step.columns()) * sc.chunks();
        long first = clock.begin(s, credit, waits && drainBound[waitsFor]);
        clock.busy(s, "row", first, first + tokens - 1);
        clock.useful[s] += nonzero;
        clock.empty[s] += tokens - nonzero;
      }
      drainUpTo(y);
    }
    return this;
  }

  /** Drains the output rows that are complete after input row {@code y}. */
  private void drainUpTo(int y) {
    while (rowsDrained < drained.length && step.scatter().lastRow(rowsDrained) <= y) {
      long ready = 1;
      if (y >= 0) {
        for (long l : clock.last) {
          ready = Math.max(ready, l + latency.multiplyAccumulate());
        }
      }
      long free = rowsDrained == 0 ? 0 : drained[rowsDrained - 1] + 1;
      drainBound[rowsDrained] = free > ready;
      long beats = (long) step.windowsAcross() * step.pixelBeats();
      drained[rowsDrained] = Math.max(ready, free) + beats - 1;
      clock.drains(Math.max(ready, free), drained[rowsDrained]);
      rowsDrained++;
    }
  }

  @Override
  public long cycles() {
    return drained[drained.length - 1] + latency.after() + Latency.END;
  }

  @Override
  public Stalls stalls(long nonzeroMacs) {
    return clock.stalls(step, nonzeroMacs, cycles(), Latency.END);
  }
}
