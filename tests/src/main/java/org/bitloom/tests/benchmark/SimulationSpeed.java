package org.bitloom.tests.benchmark;

import java.nio.file.Path;
import java.util.List;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;

/**
 * How much faster the simulator gives integers and cycles than the Verilated hardware does, one
 * thread each, measured in turns in one run; building not counted.
 *
 * @param simulatorSeconds for a sample, the median round
 * @param hardwareSeconds for a sample, the median round
 */
public record SimulationSpeed(double simulatorSeconds, double hardwareSeconds) {
  private static final int ROUNDS = 7;
  private static final int REPEATS = 20;
  private static final int COPIES = 4; // of the samples in the hardware's run: start-up weighs less

  /** How many times faster the simulator is. */
  public double ratio() {
    return hardwareSeconds / simulatorSeconds;
  }

  /** Measures; the project goes to a folder. */
  public static SimulationSpeed measure(
      QuantizedNetwork network, List<CodeTensor> inputs, Path folder) {
    Plan plan = Planner.plan(network, AcceleratorConfig.of("small"));
    Simulator simulator = new Simulator(plan);
    List<CodeTensor> many =
        java.util.stream.Stream.generate(() -> inputs).limit(COPIES).flatMap(List::stream).toList();
    List<SampleResult> samples = many.stream().map(simulator::run).toList();
    Verifier verifier = new Verifier(plan, folder, Verifier.Listener.NONE);
    double[] software = new double[ROUNDS];
    double[] hardware = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long begun = System.nanoTime();
      for (int i = 0; i < REPEATS; i++) {
        inputs.forEach(simulator::run);
      }
      software[round] = (System.nanoTime() - begun) / 1e9 / REPEATS / inputs.size();
      VerifyResult r = verifier.verify(samples, new Verifier.Options(1, 0, false));
      if (r.mismatches() > 0) {
        throw new IllegalStateException(r.first().describe());
      }
      hardware[round] = r.seconds().run() / samples.size();
    }
    java.util.Arrays.sort(software);
    java.util.Arrays.sort(hardware);
    return new SimulationSpeed(software[ROUNDS / 2], hardware[ROUNDS / 2]);
  }
}
