package org.bitloom.codegen.verify;

import java.util.List;

/**
 * What a comparison found.
 *
 * @param samples samples run
 * @param valuesCompared codes and cycle counts compared
 * @param mismatches how many differ
 * @param bitExact every code equal
 * @param cycleExact every cycle count equal
 * @param first the first difference, or null
 * @param rtlCycles {@code [sample][step]} from the hardware's counters
 * @param seconds generate, build, run
 */
public record VerifyResult(
    int samples,
    long valuesCompared,
    long mismatches,
    boolean bitExact,
    boolean cycleExact,
    Mismatch first,
    List<List<Long>> rtlCycles,
    Seconds seconds) {

  /** Wall-clock seconds of each stage. */
  public record Seconds(double generate, double build, double run) {}
}
