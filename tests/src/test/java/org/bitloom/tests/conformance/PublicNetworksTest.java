package org.bitloom.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.execute.Executor;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tflite.TfliteImport;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two public int8 networks against every tensor TensorFlow Lite Micro's reference kernels gave. */
class PublicNetworksTest {
  @TempDir Path dir;

  static byte[] resource(String path) throws IOException {
    try (InputStream in = PublicNetworksTest.class.getResourceAsStream("/conformance/" + path)) {
      return in.readAllBytes();
    }
  }

  static QuantizedNetwork network(String name, RoundingPolicy policy) throws IOException {
    return TfliteImport.decode(resource(name + "/model.tflite"), name + ".tflite", policy);
  }

  static List<CodeTensor> inputs(String name, QuantizedNetwork n) throws IOException {
    CodeTensor all = NpyFile.decode(resource(name + "/input.npy"), "input");
    int size = n.inputSpec().shape().size();
    List<CodeTensor> samples = new ArrayList<>();
    for (int i = 0; i < all.size() / size; i++) {
      int[] codes = new int[size];
      all.copyTo(i * size, codes, 0, size);
      samples.add(CodeTensor.wrap(n.inputSpec().shape(), codes));
    }
    return samples;
  }

  @ParameterizedTest
  @CsvSource({
    "keyword-spotting, DOUBLE, 13",
    "keyword-spotting, SINGLE, 13",
    "image-classification, DOUBLE, 16",
    "image-classification, SINGLE, 16"
  })
  void everyElementOfEveryTensorMatches(String name, RoundingPolicy policy, int operators)
      throws IOException {
    QuantizedNetwork n = network(name, policy);
    assertEquals(operators, n.operations().size());
    assertEquals(n, NetworkFile.decode(NetworkFile.encode(n), "again"), "saved and loaded");
    String folder = name + "/" + policy.name().toLowerCase(Locale.ROOT) + "_rounding/";
    List<CodeTensor> inputs = inputs(name, n);
    for (Executor e : List.of(new ReferenceExecutor(n), new FastExecutor(n))) {
      List<List<CodeTensor>> results = inputs.stream().map(e::run).toList();
      for (int op = 0; op < operators; op++) {
        CodeTensor golden =
            NpyFile.decode(
                resource(folder + String.format(Locale.ROOT, "op%02d.npy", op)), "golden");
        int t = n.operations().get(op).output();
        int size = n.tensor(t).shape().size();
        for (int s = 0; s < inputs.size(); s++) {
          for (int i = 0; i < size; i++) {
            assertEquals(
                golden.get(s * size + i),
                results.get(s).get(t).get(i),
                name + " operator " + op + " sample " + s + " element " + i);
          }
        }
      }
    }
  }

  /**
   * All of both networks but the softmax in hardware, in both rounding policies; 64 multipliers,
   * mean cycles within 1.30 and 1.25 times the bound.
   */
  @ParameterizedTest
  @CsvSource({
    "keyword-spotting, DOUBLE, 27800, 250000",
    "keyword-spotting, SINGLE, 27800, 250000",
    "image-classification, DOUBLE, 116800, 600000",
    "image-classification, SINGLE, 116800, 600000"
  })
  void runsInHardware(String name, RoundingPolicy policy, long bar, long values)
      throws IOException {
    QuantizedNetwork n = network(name, policy);
    Plan plan = Planner.plan(n, AcceleratorConfig.of("small"));
    assertEquals(64, plan.config().multipliers());
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples = inputs(name, n).stream().map(simulator::run).toList();
    VerifyResult v =
        new Verifier(plan, dir, Verifier.Listener.NONE)
            .verify(samples, new Verifier.Options(1, 0, false));
    assertEquals(0, v.mismatches(), () -> v.first().describe());
    assertTrue(v.valuesCompared() > values);
    double mean = samples.stream().mapToLong(SampleResult::cycles).average().orElseThrow();
    assertTrue(mean <= bar, "mean cycles " + mean);
  }

  /** The same keyword spotting with a weight memory that is too small for it. */
  @Test
  void keywordSpottingLoadsItsWeights() throws IOException {
    QuantizedNetwork n = network("keyword-spotting", RoundingPolicy.DOUBLE);
    AcceleratorConfig c =
        AcceleratorConfig.parse(
            "weight_words: 400\nweight_bus_bits: 64\nweight_bus_latency: 25\n", "test");
    Plan plan = Planner.plan(n, c);
    assertTrue(plan.weightLoads().size() > 2);
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples =
        inputs("keyword-spotting", n).subList(0, 2).stream().map(simulator::run).toList();
    VerifyResult v =
        new Verifier(plan, dir, Verifier.Listener.NONE)
            .verify(samples, new Verifier.Options(1, 0, false));
    assertEquals(0, v.mismatches(), () -> v.first().describe());
  }
}
