package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.Campaign;
import org.bitloom.codegen.fuzz.FuzzCase;
import org.bitloom.codegen.fuzz.RandomMachine;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.fuzz.Shrinker;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random networks through every execution there is. */
class WholeNetworksTest {
  @TempDir Path dir;

  @Test
  void fastAndReferenceExecutorsAgreeOnEveryTensor() {
    for (long seed = 0; seed < 400; seed++) {
      QuantizedNetwork n = RandomNetwork.of(seed);
      SplittableRandom r = new SplittableRandom(seed);
      CodeTensor x = RandomNetwork.input(n, r);
      assertEquals(new ReferenceExecutor(n).run(x), new FastExecutor(n).run(x), "seed " + seed);
    }
  }

  @Test
  void everyCycleHasACause() {
    for (long seed = 0; seed < 300; seed++) {
      QuantizedNetwork n = RandomNetwork.of(seed);
      SplittableRandom r = new SplittableRandom(seed);
      Simulator s = new Simulator(Planner.plan(n, RandomMachine.of(r)));
      for (var step : s.run(RandomNetwork.input(n, r)).steps()) {
        var st = step.stalls();
        assertEquals(step.cycles(), st.sum(), "seed " + seed + " " + step.name());
        assertTrue(
            st.compute() >= 0
                && st.idleLanes() >= 0
                && st.imbalance() >= 0
                && st.emptyTokens() >= 0
                && st.passedOver() >= 0
                && st.waitDrain() >= 0
                && st.waitSlices() >= 0
                && st.pipeline() >= 0,
            "seed " + seed + " " + st);
      }
    }
  }

  /** A short campaign of what {@code bitloom fuzz} does at length. */
  @Test
  void hardwareEqualsSimulator() {
    Campaign.Result r =
        new Campaign(
                dir,
                0,
                new Campaign.Listener() {
                  @Override
                  public void done(long seed) {}

                  @Override
                  public void shrinking(long seed, String first) {}
                })
            .run(1001, 10, Long.MAX_VALUE);
    assertEquals(List.of(), r.differences());
    assertEquals(List.of(), r.refused());
    assertEquals(10, r.networks());
    assertTrue(r.values() > 10_000);
  }

  /** What is wrong is found, made smaller, written down, and the files replay it. */
  @Test
  void aDifferenceIsMadeSmall() {
    long seed = 12;
    while (FuzzCase.of(seed).network().operations().size() < 5) {
      seed++;
    }
    FuzzCase whole = FuzzCase.of(seed);
    int ops = whole.network().operations().size();
    // pretend that every network with an odd code in its third tensor fails
    var small =
        new Shrinker(
                whole,
                c ->
                    c.inputs().stream()
                        .map(x -> new FastExecutor(c.network()).run(x))
                        .anyMatch(t -> t.get(2) != null && has(t.get(2))),
                80)
            .shrink();
    assertTrue(small.network().operations().size() < ops);
    assertEquals(1, small.inputs().size());
    assertEquals(0, small.stallPercent());
  }

  private static boolean has(CodeTensor t) {
    for (int i = 0; i < t.size(); i++) {
      if ((t.get(i) & 1) != 0) {
        return true;
      }
    }
    return false;
  }
}
