package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.verify.ProjectFolder;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker is checked: each fault put into the emitted files by hand must be found. */
class FaultsTest {
  @TempDir Path dir;

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rtl/bl_mac_slice.v | prior + product_x | prior - product_x",
        "rtl/bl_walker.v | code_x - zero_x | code_x + zero_x",
        "rtl/bl_walker.v | addr_q + 1'b1 | addr_q - 1'b1",
        "rtl/bl_walker.v | credit_q != {CRW{1'b0}} | credit_q > 1",
        "rtl/bl_rle_encoder.v | make  = !in_pixel | make  = 1'b0",
        "rtl/bl_requant_multiply.v | 64'sd1073741824 | 64'sd0",
        "rtl/bl_requant_multiply.v | h3_x + half3 - minus3 | h3_x + half3",
        "rtl/bl_drain.v | sum_q + bias | sum_q",
        "rtl/bl_sequencer.v | state_d = START; | state_d = RUN;"
      })
  void aFaultIsFound(String file, String from, String to) throws IOException {
    QuantizedNetwork n = network();
    Plan plan = Planner.plan(n, AcceleratorConfig.of("tiny"));
    new ProjectFolder(dir, plan).write(false);
    Path path = dir.resolve(file);
    String text = Files.readString(path);
    assertTrue(text.contains(from), "the fault's place is gone: " + from);
    Files.writeString(
        path,
        text.replaceFirst(
            java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)));
    Simulator s = new Simulator(plan);
    List<SampleResult> samples = new ArrayList<>();
    SplittableRandom r = new SplittableRandom(5);
    for (int i = 0; i < 12; i++) {
      samples.add(s.run(RandomNetwork.input(n, r)));
    }
    VerifyResult v =
        new Verifier(plan, dir, WholeNetworksTest.QUIET)
            .verify(samples, new Verifier.Options(1, 0, false));
    assertTrue(v.mismatches() > 0, "not found");
    assertNotNull(v.first());
    assertEquals(text.length() > 0, v.first().layer() != null);
  }

  /** An int8 network with double rounding and a convolution whose negative results can be seen. */
  private static QuantizedNetwork network() {
    return RandomNetwork.of(FAULTY_SEED);
  }

  private static final long FAULTY_SEED = seed();

  private static long seed() {
    for (long s = 0; ; s++) {
      QuantizedNetwork n = RandomNetwork.of(s);
      long conv =
          n.operations().stream()
              .filter(
                  o ->
                      o instanceof org.bitloom.fixedpoint.network.Conv2d c
                          && c.requantization()
                              instanceof
                              org.bitloom.fixedpoint.requantize.MultiplierRequantization q
                          && q.policy() == org.bitloom.fixedpoint.requantize.RoundingPolicy.DOUBLE
                          && c.clamp().lo() == -128
                          && n.tensor(c.output()).format().zeroCode() > -100
                          && n.tensor(c.output()).shape().size() > 300)
              .count();
      if (conv >= 1) {
        return s;
      }
    }
  }
}
