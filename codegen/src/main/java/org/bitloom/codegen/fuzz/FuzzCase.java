package org.bitloom.codegen.fuzz;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;

/**
 * One comparison of hardware and simulator.
 *
 * @param network what is computed
 * @param config on what
 * @param inputs its samples
 * @param stallPercent how often the buses wait
 * @param seed of the waits
 */
public record FuzzCase(
    QuantizedNetwork network,
    AcceleratorConfig config,
    List<CodeTensor> inputs,
    int stallPercent,
    int seed) {
  private static final int SAMPLES = 3;

  /** The case of a seed. */
  public static FuzzCase of(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    QuantizedNetwork n = RandomNetwork.of(seed);
    return new FuzzCase(
        n,
        RandomMachine.of(r, n),
        IntStream.range(0, SAMPLES).mapToObj(i -> RandomNetwork.input(n, r)).toList(),
        r.nextInt(3) == 0 ? r.nextInt(1, 80) : 0,
        (int) (seed & 0x7fffffff));
  }

  /**
   * Runs it in a folder.
   *
   * @throws org.bitloom.fixedpoint.error.BadInputException if the machine refuses the network
   */
  public VerifyResult run(Path folder) {
    Plan plan = Planner.plan(network, config);
    Simulator simulator = new Simulator(plan);
    return new Verifier(plan, folder, Verifier.Listener.NONE)
        .verify(
            inputs.stream().map(simulator::run).toList(),
            new Verifier.Options(seed, stallPercent, false));
  }

  FuzzCase withNetwork(QuantizedNetwork n, List<CodeTensor> in) {
    return new FuzzCase(n, config, in, stallPercent, seed);
  }

  FuzzCase withConfig(AcceleratorConfig c) {
    return new FuzzCase(network, c, inputs, stallPercent, seed);
  }

  FuzzCase withInputs(List<CodeTensor> in) {
    return new FuzzCase(network, config, in, stallPercent, seed);
  }

  FuzzCase withoutStalls() {
    return new FuzzCase(network, config, inputs, 0, seed);
  }
}
