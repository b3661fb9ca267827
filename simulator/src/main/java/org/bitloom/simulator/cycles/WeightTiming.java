package org.bitloom.simulator.cycles;

import org.bitloom.simulator.plan.WeightStep;

/**
 * The cycles of a weight load. With time 0 the START cycle, L the memory's latency and burst i of b
 * beats:
 *
 * <pre>
 * address(i) = max(address(i-1) + 1, end(i-2) + 1)      two bursts may be under way
 * end(i)     = max(address(i) + L, end(i-1) + 1) + b - 1
 * cycles     = end(last) + 3                            write, NEXT
 * </pre>
 */
final class WeightTiming {
  private static final int END = 3;

  private WeightTiming() {}

  static long cycles(WeightStep step) {
    long address = 0;
    long end = 0;
    long before = 0; // end of the burst before the last
    for (int i = 0; i < step.bursts(); i++) {
      address = Math.max(address + 1, i < 2 ? 0 : before + 1);
      before = end;
      end = Math.max(address + step.bus().latency(), end + 1) + step.burst(i) - 1;
    }
    return end + END;
  }
}
