package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.bitloom.cli.input.RegressionHost;
import org.bitloom.cli.report.RegressionReport;
import org.bitloom.codegen.regress.CaseResult;
import org.bitloom.codegen.regress.Regression;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.fixedpoint.error.BadInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom regress}. */
@Command(
    name = "regress",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Checks a suite of networks against what was recorded of them, link by link.",
      "For every case: the network's definition, stored integers, reference, fast executor, cycles, encoded size,",
      "accuracy, float model, and the hardware in Verilator. The first link that broke is named with its layer."
    },
    footer = {
      "",
      "Example:",
      "  bitloom regress examples/regression/suite.yaml --junit result.xml",
      "The suite file is described in docs/regression.md."
    })
public final class RegressCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SUITE.yaml", description = "the suite")
  private Path suite;

  @Option(
      names = "--update",
      description = "record stored tensors and cycles anew, and say what changed")
  private boolean update;

  @Option(names = "--junit", paramLabel = "FILE", description = "write the result as JUnit XML")
  private Path junit;

  @Option(
      names = "--json",
      description = "print one JSON object on standard output and nothing else")
  private boolean json;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "cases at a time (default: as many as cores)")
  private Integer jobs;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder of the hardware's projects (default: build beside the suite)")
  private Path out;

  @Override
  public Integer call() {
    if (jobs != null && jobs < 1) {
      throw new BadInputException("--jobs", "is " + jobs, "give at least 1");
    }
    Path work = out != null ? out : suite.toAbsolutePath().resolveSibling("build");
    Regression regression = new Regression(suite, work, new RegressionHost());
    if (regression.suite().cases().stream().anyMatch(c -> c.rtl())) {
      Tool.requireVerilator();
    }
    int threads = jobs != null ? jobs : Runtime.getRuntime().availableProcessors();
    List<CaseResult> results;
    try (ProgressBar bar = Console.bar("cases", regression.suite().cases().size())) {
      results = regression.run(update, threads, r -> bar.step());
    }
    if (junit != null) {
      RegressionReport.junit(junit, regression.suite().name(), results);
    }
    System.out.println(
        json
            ? RegressionReport.json(regression.suite().name(), results)
            : RegressionReport.text(results));
    return results.stream().allMatch(CaseResult::passed) ? 0 : 1;
  }
}
