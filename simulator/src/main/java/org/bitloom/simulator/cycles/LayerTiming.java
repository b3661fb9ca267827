package org.bitloom.simulator.cycles;

import org.bitloom.fixedpoint.network.Window;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;

/**
 * The cycles of one layer. With time 0 the START cycle and window w of slice s holding T tokens (at
 * least one cycle):
 *
 * <pre>
 * first(s, w) = max(last(s, w-1) + 1, drained(w-D) + 1)         D: depth of the FIFO
 * last(s, w)  = first(s, w) + max(T, 1) - 1
 * drain(w)    = max(max_s last(s, w) + 4, drained(w-1) + 1)     4: weight, product, sum, FIFO
 * drained(w)  = drain(w) + beats(w) - 1
 * cycles      = drained(last) + what follows + 2
 * </pre>
 */
final class LayerTiming implements LayerCycles {
  private final LayerStep step;
  private final Layout layout;
  private final TokenCounts counts;
  private final Latency latency;
  private final int depth;
  private final int slices;
  private final SliceClock clock;
  private final long[] drained; // ring of the last D windows
  private final boolean[] drainBound; // whether the drain itself was what made the window late
  private long window;
  private long lastDrained = -1;

  LayerTiming(LayerStep step, TokenCounts counts, Latency latency, Timeline timeline) {
    this.step = step;
    this.layout = step.input();
    this.counts = counts;
    this.latency = latency;
    this.depth = step.config().fifoDepth();
    this.slices = layout.slices();
    this.clock = new SliceClock(slices, timeline);
    this.drained = new long[depth];
    this.drainBound = new boolean[depth];
  }

  /** Runs all windows. */
  LayerTiming run() {
    Window w = step.window();
    int columns = step.columns();
    int across = step.windowsAcross();
    int groups = step.groups();
    int[] beats = new int[groups];
    java.util.Arrays.setAll(beats, step::beats);
    int[] tokens = new int[slices];
    int[] walked = new int[slices];
    int[] nonzero = new int[slices];
    // tokens and non-zero codes of the kernel's rows before each own pixel
    int[][] tokensBefore = new int[slices][];
    int[][] nonzeroBefore = new int[slices][];
    for (int s = 0; s < slices; s++) {
      tokensBefore[s] = new int[pixels(s) + 1];
      nonzeroBefore[s] = new int[pixels(s) + 1];
    }
    for (int oy = 0; oy < step.windowsDown(); oy++) {
      int y0 = oy * w.strideY() - w.padTop();
      for (int s = 0; s < slices; s++) {
        java.util.Arrays.fill(tokensBefore[s], 0);
        java.util.Arrays.fill(nonzeroBefore[s], 0);
        for (int y = Math.max(y0, 0); y < Math.min(y0 + w.height(), step.rows()); y++) {
          counts.addRow(s, y * pixels(s), pixels(s), tokensBefore[s], nonzeroBefore[s]);
        }
      }
      for (int ox = 0; ox < across; ox++) {
        int x0 = ox * w.strideX() - w.padLeft();
        int end = Math.min(x0 + w.width(), columns);
        boolean walksOn = ox + 1 < across && w.strideX() > w.width();
        int walk = walksOn ? Math.min(x0 + w.strideX(), columns) : end;
        for (int s = 0; s < slices; s++) {
          int from = own(s, Math.clamp(x0, 0, columns)); // beyond the map: nothing
          int to = Math.max(own(s, end), from);
          tokens[s] = tokensBefore[s][to] - tokensBefore[s][from];
          nonzero[s] = nonzeroBefore[s][to] - nonzeroBefore[s][from];
          walked[s] =
              walksOn
                  ? tokensBefore[s][Math.max(own(s, walk), from)] - tokensBefore[s][from]
                  : tokens[s];
        }
        for (int g = 0; g < groups; g++) {
          window(g == groups - 1 ? walked : tokens, tokens, nonzero, beats[g]);
        }
      }
    }
    return this;
  }

  /** Own pixels of a row of the map as the walkers see it. */
  private int pixels(int s) {
    return step.columns() == layout.shape().width() ? layout.pixels(s) : step.columns();
  }

  /**
   * Index, within its row, of a slice's first own pixel at column {@code x} or later; x from 0 to
   * the width.
   */
  private int own(int s, int x) {
    if (!layout.columns()) {
      return Math.max(x, 0);
    }
    return Math.max(Math.ceilDiv(x - s, slices), 0);
  }

  private void window(int[] walked, int[] tokens, int[] nonzero, int beats) {
    int slot = (int) (window % depth);
    boolean full = window >= depth;
    long credit = full ? drained[slot] + 1 : 0;
    long ready = 0;
    for (int s = 0; s < slices; s++) {
      long first = clock.begin(s, credit, full && drainBound[slot]);
      clock.useful[s] += nonzero[s];
      clock.passed[s] += walked[s] - tokens[s];
      clock.empty[s] += Math.max(walked[s], 1) - nonzero[s] - (walked[s] - tokens[s]);
      clock.busy(s, "window", first, first + Math.max(walked[s], 1) - 1);
      ready = Math.max(ready, clock.last[s] + latency.multiplyAccumulate());
    }
    drainBound[slot] = lastDrained + 1 > ready;
    long drain = Math.max(ready, lastDrained + 1);
    lastDrained = drain + beats - 1;
    clock.drains(drain, lastDrained);
    drained[slot] = lastDrained;
    window++;
  }

  @Override
  public long cycles() {
    return lastDrained + latency.after() + Latency.END;
  }

  @Override
  public Stalls stalls(long nonzeroMacs) {
    return clock.stalls(step, nonzeroMacs, cycles(), Latency.END);
  }
}
