package org.bitloom.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitloom.cli.report.JUnitReport;
import org.bitloom.cli.report.JsonReport;
import org.bitloom.cli.report.TextReport;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares the Verilog with the simulator, every value and every cycle.",
      "Writes the Verilog, builds it with Verilator, runs it and compares every value of every tensor and every",
      "layer's cycles with the simulator. Files of the project that were edited by hand are checked as they are."
    },
    footer = {
      "",
      "Example:",
      "  bitloom verify cnn.bitloom --accelerator small --samples 16 --json"
    })
public final class VerifyCommand implements Callable<Integer> {
  @Mixin private NetworkOptions options;

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

  @Option(
      names = "--stall",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description = "how often the buses wait at random, 0 to 95 (default: 0)")
  private int stall;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "seed of the random waits (default: 1)")
  private int seed;

  @Option(
      names = "--rtl",
      paramLabel = "DIR",
      description = {
        "check the Verilog in DIR instead, edited or written by anyone, as long as its top has the ports of bl_top;",
        "without tap_ outputs, only outputs and cycle counters are compared"
      })
  private Path rtl;

  @Option(names = "--junit", paramLabel = "FILE", description = "write the result as JUnit XML")
  private Path junit;

  @Override
  public Integer call() {
    if (stall < 0 || stall > 95) {
      throw new BadInputException("--stall", "is " + stall, "give 0 to 95");
    }
    Tool.requireVerilator();
    QuantizedNetwork network = options.network();
    Plan plan = Planner.plan(network, AcceleratorConfig.of(accelerator));
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples =
        options.inputs(network).parallelStream().map(simulator::run).toList();
    Path folder = out != null ? out : defaultFolder(options.argument.net);
    VerifyResult r =
        new Verifier(plan, folder, Console.stages(""))
            .verify(samples, new Verifier.Options(seed, stall, true, rtl));
    if (junit != null) {
      JUnitReport.write(junit, plan, samples, r);
    }
    System.out.println(
        options.json ? JsonReport.verify(plan, samples, r).toString() : TextReport.verify(plan, r));
    if (r.first() != null) {
      Console.say("bitloom: " + r.first().describe());
      if (r.first().value() != null) {
        Console.say("expected tokens around it, " + r.first().value().tokens());
      }
    }
    return r.mismatches() == 0 ? 0 : 1;
  }

  /** {@code NET-rtl} beside the network, or in the current folder if that cannot be written. */
  static Path defaultFolder(Path net) {
    String name = net.getFileName().toString().replaceFirst("\\.[a-z]+$", "") + "-rtl";
    Path beside = net.toAbsolutePath().resolveSibling(name);
    return Files.isWritable(beside.getParent()) ? beside : Path.of(name);
  }
}
