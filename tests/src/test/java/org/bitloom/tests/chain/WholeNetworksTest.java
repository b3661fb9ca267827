package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomMachine;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random networks through every execution there is. */
class WholeNetworksTest {
  @TempDir Path dir;

  static final Verifier.Listener QUIET =
      new Verifier.Listener() {
        @Override
        public void stage(String name) {}

        @Override
        public void note(String text) {}
      };

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

  /**
   * Every value of every tensor and every step's cycles, in hardware, with and without waiting
   * buses.
   */
  @ParameterizedTest
  @ValueSource(longs = {1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008})
  void hardwareEqualsSimulator(long seed) {
    QuantizedNetwork n = RandomNetwork.of(seed);
    SplittableRandom r = new SplittableRandom(seed);
    Plan plan = Planner.plan(n, RandomMachine.of(r));
    Simulator s = new Simulator(plan);
    List<SampleResult> samples = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      samples.add(s.run(RandomNetwork.input(n, r)));
    }
    VerifyResult v =
        new Verifier(plan, dir, QUIET)
            .verify(samples, new Verifier.Options((int) seed, seed % 2 == 0 ? 40 : 0, false));
    assertEquals(
        0, v.mismatches(), () -> n.name() + " on " + plan.config() + ": " + v.first().describe());
    assertTrue(v.valuesCompared() > 0 && v.samples() == 4);
  }
}
