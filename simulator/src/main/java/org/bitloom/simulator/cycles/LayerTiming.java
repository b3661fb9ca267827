package org.bitloom.simulator.cycles;

import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
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
 * cycles      = drained(last) + requantizer + pooling + 2
 * </pre>
 */
final class LayerTiming {
  /** From a window's last token to its sums at the FIFO's head. */
  static final int MULTIPLY_ACCUMULATE = 4;

  /** From a drain beat to its accumulators at the requantizer. */
  static final int DRAIN = 2;

  /** Through the pooling stage. */
  static final int POOL = 4;

  /** Through the requantizer with a multiplier. */
  static final int REQUANT_MULTIPLY = 5;

  /** Through the requantizer with a shift. */
  static final int REQUANT_SHIFT = 2;

  /**
   * Last write and descriptor of the next step: the NEXT cycle, after the START cycle at time 0.
   */
  static final int END = 2;

  private final LayerStep step;
  private final Layout layout;
  private final TokenCounts counts;
  private final int depth;
  private final int slices;
  private final long[] last;
  private final long[] useful;
  private final long[] empty;
  private final long[] passed;
  private final long[] waitDrain;
  private final long[] waitSlices;
  private final long[] drained; // ring of the last D windows
  private final boolean[] drainBound; // whether the drain itself was what made the window late
  private long window;
  private long lastDrained = -1;
  private long perPass; // useful tokens of one group's pass over all windows, all slices

  LayerTiming(LayerStep step, TokenCounts counts, int depth) {
    this.step = step;
    this.layout = step.input();
    this.counts = counts;
    this.depth = depth;
    this.slices = layout.slices();
    this.last = new long[slices];
    this.useful = new long[slices];
    this.empty = new long[slices];
    this.passed = new long[slices];
    this.waitDrain = new long[slices];
    this.waitSlices = new long[slices];
    this.drained = new long[depth];
    this.drainBound = new boolean[depth];
  }

  /** Runs all windows. */
  LayerTiming run() {
    Window w = step.window();
    int[] tokens = new int[slices];
    int[] walked = new int[slices];
    int[] nonzero = new int[slices];
    for (int oy = 0; oy < step.windowsDown(); oy++) {
      int y0 = oy * w.strideY() - w.padTop();
      int lo = Math.max(y0, 0);
      int hi = Math.min(y0 + w.height(), step.rows());
      for (int ox = 0; ox < step.windowsAcross(); ox++) {
        int x0 = ox * w.strideX() - w.padLeft();
        int end = Math.min(x0 + w.width(), step.columns());
        boolean walksOn = ox + 1 < step.windowsAcross() && w.strideX() > w.width();
        int walk = walksOn ? Math.min(x0 + w.strideX(), step.columns()) : end;
        for (int s = 0; s < slices; s++) {
          count(s, lo, hi, x0, end, walk, tokens, walked, nonzero);
          perPass += nonzero[s];
        }
        for (int g = 0; g < step.groups(); g++) {
          window(g == step.groups() - 1 ? walked : tokens, tokens, nonzero, step.beats(g));
        }
      }
    }
    return this;
  }

  private void count(
      int s, int lo, int hi, int x0, int end, int walk, int[] tokens, int[] walked, int[] nonzero) {
    int from = own(s, Math.clamp(x0, 0, step.columns())); // beyond the map: nothing
    int to = Math.max(own(s, end), from);
    int on = Math.max(own(s, walk), from);
    int perRow =
        step.columns() == layout.shape().width() ? layout.pixels(s) : 0; // dense: one long row
    tokens[s] = 0;
    walked[s] = 0;
    nonzero[s] = 0;
    for (int y = lo; y < hi; y++) {
      int row = y * perRow;
      tokens[s] += counts.tokens(s, row + from, row + to);
      walked[s] += counts.tokens(s, row + from, row + on);
      nonzero[s] += counts.nonzero(s, row + from, row + to);
    }
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
      long first = Math.max(last[s] + 1, credit);
      long wait = first - last[s] - 1;
      if (full && drainBound[slot]) {
        waitDrain[s] += wait;
      } else {
        waitSlices[s] += wait;
      }
      useful[s] += nonzero[s];
      passed[s] += walked[s] - tokens[s];
      empty[s] += Math.max(walked[s], 1) - nonzero[s] - (walked[s] - tokens[s]);
      last[s] = first + Math.max(walked[s], 1) - 1;
      ready = Math.max(ready, last[s] + MULTIPLY_ACCUMULATE);
    }
    drainBound[slot] = lastDrained + 1 > ready;
    lastDrained = Math.max(ready, lastDrained + 1) + beats - 1;
    drained[slot] = lastDrained;
    window++;
  }

  /** The layer's cycles. */
  long cycles() {
    int requant =
        switch (step.requantization()) {
          case MultiplierRequantization m -> REQUANT_MULTIPLY;
          case ShiftRequantization r -> REQUANT_SHIFT;
        };
    return lastDrained + DRAIN + requant + POOL + END;
  }

  /**
   * Useful tokens of one pass over the windows, all slices: non-zero multiplications for each
   * output channel.
   */
  long usefulPerPass() {
    return perPass;
  }

  /** Useful tokens of all passes, all slices. */
  long usefulTokens() {
    long n = 0;
    for (long u : useful) {
      n += u;
    }
    return n;
  }

  /** Where the cycles went, along the slice that finished last. */
  Stalls stalls(long nonzeroMacs) {
    int s = 0;
    for (int i = 1; i < slices; i++) {
      if (last[i] > last[s]) {
        s = i;
      }
    }
    long compute = Math.ceilDiv(nonzeroMacs, (long) slices * step.lanes());
    long mean = Math.ceilDiv(usefulTokens(), (long) slices);
    long[] lost = {empty[s], waitSlices[s], waitDrain[s], passed[s], cycles() - last[s] - END};
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
        compute, mean - compute, imbalance, lost[0], lost[3], lost[2], lost[1], lost[4], END, 0);
  }
}
