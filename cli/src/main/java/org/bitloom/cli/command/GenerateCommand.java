package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Samples;
import org.bitloom.codegen.verify.ProjectFolder;
import org.bitloom.codegen.verify.Vectors;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Writes the accelerator's Verilog, memories, test bench and makefile.",
    footer = {
      "",
      "Example:",
      "  bitloom generate cnn.bitloom --accelerator small --out cnn-rtl && make -C cnn-rtl"
    })
public final class GenerateCommand implements Callable<Integer> {
  @Mixin private NetworkArgument argument;

  @Option(
      names = "--accelerator",
      paramLabel = "A",
      defaultValue = "small",
      description = "tiny, small, large or a YAML file (default: small)")
  private String accelerator;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "the project's folder (default: NET's name with -rtl)")
  private Path out;

  @Option(names = "--force", description = "overwrite files that were edited by hand")
  private boolean force;

  @Override
  public Integer call() {
    QuantizedNetwork network = argument.network();
    Plan plan = Planner.plan(network, AcceleratorConfig.of(accelerator));
    Path folder = out != null ? out : VerifyCommand.defaultFolder(argument.net);
    List<String> kept = new ProjectFolder(folder, plan).write(force);
    kept.forEach(
        k ->
            Console.say(
                "kept " + folder.resolve(k) + ", which was edited by hand; --force overwrites it"));
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples = Samples.some(network, 2).stream().map(simulator::run).toList();
    SafeWrite.bytes(folder.resolve("vectors.bin"), Vectors.encode(plan, samples));
    System.out.println(
        folder
            + ": "
            + plan.config().multipliers()
            + " multipliers, "
            + plan.steps().size()
            + " steps; check it with: make -C "
            + folder);
    return 0;
  }
}
