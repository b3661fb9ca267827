package org.bitloom.codegen.verify;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** Sets ever smaller parts of an input to zero as long as it still fails, for a few seconds. */
final class SmallerInput {
  private static final long TIME = TimeUnit.SECONDS.toNanos(8);

  private final int zero;
  private final Predicate<CodeTensor> fails;

  SmallerInput(int zero, Predicate<CodeTensor> fails) {
    this.zero = zero;
    this.fails = fails;
  }

  /** The smallest input found; null if the input alone does not fail. */
  CodeTensor of(CodeTensor input) {
    long end = System.nanoTime() + TIME;
    if (!fails.test(input)) {
      return null;
    }
    int[] best = input.toArray();
    for (int part = Math.ceilDiv(best.length, 2); part >= 1; part /= 2) {
      for (int from = 0; from < best.length && System.nanoTime() < end; from += part) {
        int[] codes = best.clone();
        boolean changed = false;
        for (int i = from; i < Math.min(from + part, codes.length); i++) {
          changed |= codes[i] != zero;
          codes[i] = zero;
        }
        if (changed && fails.test(CodeTensor.wrap(input.shape(), codes))) {
          best = codes;
        }
      }
    }
    return CodeTensor.wrap(input.shape(), best);
  }
}
