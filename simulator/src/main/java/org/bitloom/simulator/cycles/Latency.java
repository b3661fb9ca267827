package org.bitloom.simulator.cycles;

import org.bitloom.simulator.plan.Plan;

/**
 * Lengths of the machine's pipelines, cycles.
 *
 * @param multiplyAccumulate from a window's last token to its sums at the drain
 * @param after from a layer's last drain beat to the end of its step, control not counted
 */
record Latency(int multiplyAccumulate, int after) {
  /** Walker, weights and sum around the multiplier's stages. */
  private static final int AROUND_MULTIPLIER = 3;

  /** From a drain beat to its accumulators at the requantizer. */
  private static final int DRAIN = 2;

  /** Through the requantizer with a multiplier. */
  private static final int REQUANT_MULTIPLY = 5;

  /** Through the requantizer with a shift. */
  private static final int REQUANT_SHIFT = 2;

  /** Reading the second map, and adding to it the affine way: two requantizers and their sum. */
  private static final int MERGE_MULTIPLY = 11;

  /** Reading the second map, aligning, adding and shifting. */
  private static final int MERGE_SHIFT = 4;

  /** Looking a function up. */
  private static final int TABLE = 1;

  /** Through the pooling stage. */
  private static final int POOL = 4;

  /**
   * Last write and descriptor of the next step: the NEXT cycle, after the START cycle at time 0.
   */
  static final int END = 2;

  static Latency of(Plan plan) {
    int requant = plan.multiplies() ? REQUANT_MULTIPLY : REQUANT_SHIFT;
    int merge = plan.multiplies() ? MERGE_MULTIPLY : MERGE_SHIFT;
    return new Latency(
        AROUND_MULTIPLIER + plan.config().multiplyStages(),
        DRAIN
            + requant
            + (plan.widths().merge() ? merge : 0)
            + (plan.widths().tables() > 0 ? TABLE : 0)
            + POOL);
  }
}
