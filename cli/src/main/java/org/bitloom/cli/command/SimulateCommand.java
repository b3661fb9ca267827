package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitloom.cli.report.JsonReport;
import org.bitloom.cli.report.TextReport;
import org.bitloom.cli.report.TraceReport;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.cycles.Timeline;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The accelerator's integers and exact cycles, with every lost cycle named.",
    footer = {"", "Example:", "  bitloom simulate cnn.bitloom --accelerator small --json"})
public final class SimulateCommand implements Callable<Integer> {
  @Mixin private NetworkOptions options;

  @Option(
      names = "--accelerator",
      paramLabel = "A",
      defaultValue = "small",
      description = "tiny, small, large or a YAML file (default: small)")
  private String accelerator;

  @Option(names = "--output", paramLabel = "Y.npy", description = "write the network's outputs")
  private Path output;

  @Option(
      names = "--dump",
      paramLabel = "DIR",
      description = "write every tensor as opNN.npy, in operator order")
  private Path dump;

  @Option(
      names = "--trace",
      paramLabel = "FILE.json",
      description = "write the first sample's timeline (layers, windows, waits) for Perfetto")
  private Path trace;

  @Override
  public Integer call() {
    QuantizedNetwork network = options.network();
    Plan plan = Planner.plan(network, AcceleratorConfig.of(accelerator));
    Simulator simulator = new Simulator(plan);
    List<CodeTensor> inputs = options.inputs(network);
    List<SampleResult> samples = inputs.parallelStream().map(simulator::run).toList();
    if (trace != null) {
      Timeline timeline = new Timeline();
      simulator.run(inputs.getFirst(), timeline);
      TraceReport.write(trace, network.name(), timeline);
      Console.say("timeline: " + trace + ", open it in Perfetto or in chrome://tracing");
    }
    RunCommand.write(network, samples.stream().map(SampleResult::tensors).toList(), output, dump);
    System.out.println(
        options.json
            ? JsonReport.simulate(plan, samples).toString()
            : TextReport.simulate(plan, samples));
    return 0;
  }
}
