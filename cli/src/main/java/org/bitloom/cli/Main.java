package org.bitloom.cli;

import java.io.PrintWriter;
import org.bitloom.cli.command.CompareCommand;
import org.bitloom.cli.command.CompressCommand;
import org.bitloom.cli.command.DemoCommand;
import org.bitloom.cli.command.EvaluateCommand;
import org.bitloom.cli.command.ExportCommand;
import org.bitloom.cli.command.FormatsCommand;
import org.bitloom.cli.command.FuzzCommand;
import org.bitloom.cli.command.GenerateCommand;
import org.bitloom.cli.command.ImportCommand;
import org.bitloom.cli.command.MethodsCommand;
import org.bitloom.cli.command.QuantizeCommand;
import org.bitloom.cli.command.RegressCommand;
import org.bitloom.cli.command.RunCommand;
import org.bitloom.cli.command.SearchCommand;
import org.bitloom.cli.command.SimulateCommand;
import org.bitloom.cli.command.TrainCommand;
import org.bitloom.cli.command.TrimCommand;
import org.bitloom.cli.command.VerifyCommand;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.error.BitloomException;
import org.bitloom.fixedpoint.error.MissingToolException;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/** Entry point and the list of commands. */
@Command(
    name = "bitloom",
    mixinStandardHelpOptions = true,
    version = "bitloom 0.1.0",
    sortOptions = false,
    description = {
      "Takes a neural network from float training to an FPGA accelerator and proves, value by value and cycle by"
          + " cycle, that the hardware computes what the software said.",
      ""
    },
    footer = {
      "",
      "Start here:",
      "  bitloom demo --out out                     the whole chain on Fashion-MNIST, with a report",
      "  bitloom test                               install what is missing, build, run all tests",
      "One step at a time:",
      "  bitloom train examples/fashion-cnn.yaml --out cnn.onnx",
      "  bitloom quantize cnn.onnx --format int8 --out cnn.bitloom",
      "  bitloom evaluate cnn.bitloom",
      "  bitloom simulate cnn.bitloom --accelerator small",
      "  bitloom verify cnn.bitloom --accelerator small",
      "",
      "Exit status: 0 done, everything compared equal; 1 compared and something differed; 2 the input or the",
      "options are wrong; 3 a tool is missing.",
      "Completion: source <(bitloom generate-completion)"
    },
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      SearchCommand.class,
      CompressCommand.class,
      QuantizeCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      CompareCommand.class,
      FormatsCommand.class,
      MethodsCommand.class,
      RunCommand.class,
      EvaluateCommand.class,
      TrimCommand.class,
      SimulateCommand.class,
      GenerateCommand.class,
      VerifyCommand.class,
      FuzzCommand.class,
      RegressCommand.class,
      GenerateCompletion.class,
      HelpCommand.class
    })
public final class Main implements Runnable {

  @picocli.CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs a command line and ends the process with its status. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command line and returns its status. */
  public static int execute(String... args) {
    CommandLine cli = new CommandLine(new Main());
    cli.setExecutionExceptionHandler(failures());
    cli.setParameterExceptionHandler(wrongOptions());
    cli.setCaseInsensitiveEnumValuesAllowed(true);
    cli.setUsageHelpAutoWidth(true);
    return cli.execute(args);
  }

  private static IExecutionExceptionHandler failures() {
    return (e, cmd, parsed) -> {
      if (!(e instanceof BitloomException b)) {
        throw e; // a defect of the program: the trace helps whoever mends it
      }
      cmd.getErr().println("bitloom: " + b.getMessage());
      return switch (b) {
        case BadInputException i -> 2;
        case MissingToolException m -> 3;
      };
    };
  }

  private static IParameterExceptionHandler wrongOptions() {
    return (e, args) -> {
      PrintWriter err = e.getCommandLine().getErr();
      String text = e.getMessage().replaceAll("\\s*[\\r\\n]+\\s*", " ");
      err.println(
          "bitloom: "
              + text
              + "; see: "
              + e.getCommandLine().getCommandSpec().qualifiedName()
              + " --help");
      return 2;
    };
  }
}
