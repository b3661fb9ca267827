package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.cli.input.Samples;
import org.bitloom.cli.report.MethodsTable;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.bitloom.trainer.compress.Factorisation;
import org.bitloom.trainer.compress.StructuredPruning;
import org.bitloom.trainer.config.Recipe;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.Workers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bitloom methods}: what every method costs and gives, measured. */
@Command(
    name = "methods",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains the example CNN by every method, converts, simulates and verifies each in RTL, and writes a table. Goes on where it was stopped.",
    footer = {"", "Example:", "  bitloom methods --out docs/methods.md"})
public final class MethodsCommand implements Callable<Integer> {
  /** Formats that are trained and that trained networks are converted to. */
  private static final List<String> FORMATS =
      List.of("int8", "dfp8", "dfp6", "dfp4", "log2:4/dfp8", "codebook:4/dfp8");

  private static final List<Double> SPARSITIES = List.of(0.5, 0.8, 0.9);

  private static final String CNN =
      """
      layers:
        - {name: conv1, type: conv, filters: 16, kernel: 3, padding: same}
        - {name: relu1, type: relu}
        - {name: pool1, type: max_pool, size: 2}
        - {name: conv2, type: conv, filters: 32, kernel: 3, padding: same}
        - {name: relu2, type: relu}
        - {name: pool2, type: max_pool, size: 2}
        - {name: flatten, type: flatten}
        - {name: dense, type: dense, units: 10}
      """;

  private static final String STUDENT =
      """
      layers:
        - {name: conv1, type: conv, filters: 8, kernel: 3, padding: same, stride: 2, activation: relu}
        - {name: conv2, type: conv, filters: 16, kernel: 3, padding: same, stride: 2, activation: relu}
        - {name: dense, type: dense, units: 10}
      """;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "trainings of each (default: 3)")
  private int seeds;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "the data set (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "methods-run",
      description = "models and results so far (default: methods-run)")
  private Path work;

  @Option(
      names = "--epochs",
      paramLabel = "E",
      defaultValue = "8",
      description = "epochs of the float network; the others have half as many (default: 8)")
  private int epochs;

  @Option(names = "--samples", defaultValue = "2", description = "images in RTL (default: 2)")
  private int samples;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "the table")
  private Path out;

  private final ObjectMapper mapper = new ObjectMapper();
  private ObjectNode results;
  private Dataset train;
  private Dataset test;

  @Override
  public Integer call() {
    train = Datasets.load(data, FashionMnist.Part.TRAIN);
    test = Datasets.load(data, FashionMnist.Part.TEST);
    results = read();
    for (int seed = 1; seed <= seeds; seed++) {
      run(seed);
      SafeWrite.text(out, MethodsTable.render(results, epochs, train.size(), test.size()));
    }
    System.out.println(out);
    return 0;
  }

  private ObjectNode read() {
    Path file = work.resolve("results.json");
    try {
      return Files.exists(file)
          ? (ObjectNode) mapper.readTree(Files.readAllBytes(file))
          : mapper.createObjectNode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(int seed) {
    int half = Math.max(1, epochs / 2);
    String base = "base";
    floats(seed, base, train(seed, base, epochs, 0.002, CNN));
    for (String f : FORMATS) {
      integers(seed, "ptq " + f, () -> quantized(model(seed, base), f));
      // few bits need more steps; ranges of dynamic fixed point are learned
      int e = f.equals("dfp4") ? epochs : half;
      String ranges = f.contains("dfp") ? "learned" : "tracked";
      integers(
          seed,
          "qat " + f,
          () ->
              trained(
                  seed,
                  "qat " + f,
                  e,
                  0.001,
                  "start: "
                      + path(seed, base)
                      + "\nquantization_aware: {format: '"
                      + f
                      + "', ranges: "
                      + ranges
                      + "}\n"));
    }
    for (double s : SPARSITIES) {
      String row = "pruned " + Math.round(100 * s) + " %";
      floats(
          seed,
          row,
          train(
              seed,
              row,
              half,
              0.001,
              "start: "
                  + path(seed, base)
                  + "\npruning: {sparsity: "
                  + s
                  + ", begin: 0, end: 0.5, global: true}\n"));
    }
    smaller(seed, "structured, half the operations", n -> StructuredPruning.channels(n, 0.5));
    smaller(seed, "SVD, half the parameters", n -> Factorisation.byCost(n, 0.5));
    floats(seed, "student alone", train(seed, "student alone", epochs, 0.004, STUDENT));
    floats(
        seed,
        "student distilled",
        train(
            seed,
            "student distilled",
            epochs,
            0.004,
            "distillation: {teacher: "
                + path(seed, base)
                + ", temperature: 2, alpha: 0.5, beta: 0.5}\n"
                + STUDENT));
  }

  private void smaller(
      int seed, String row, java.util.function.UnaryOperator<FloatNetwork> shrink) {
    Path begin = path(seed, row + " begin");
    floats(
        seed,
        row,
        () -> {
          OnnxExport.write(begin, shrink.apply(model(seed, "base")));
          return train(seed, row, Math.max(1, epochs / 2), 0.001, "start: " + begin + "\n").get();
        });
  }

  private Path path(int seed, String row) {
    return work.resolve(seed + "-" + row.replaceAll("[^a-zA-Z0-9]+", "-") + ".onnx")
        .toAbsolutePath();
  }

  private FloatNetwork model(int seed, String row) {
    return OnnxImport.read(path(seed, row));
  }

  private Recipe recipe(int seed, int runs, double rate, String rest) {
    String yaml =
        "seed: "
            + seed
            + "\nepochs: "
            + runs
            + "\noptimizer: {type: adam, rate: "
            + rate
            + "}\nschedule: cosine\n"
            + rest;
    TrainingConfig c = TrainingConfig.parse(yaml, "bitloom methods");
    return Recipe.of(c, null, "bitloom methods", train);
  }

  private Supplier<FloatNetwork> train(int seed, String row, int runs, double rate, String rest) {
    return () -> {
      Recipe r = recipe(seed, runs, rate, rest);
      TrainCommand.train(r.trainer(), r.settings(), train, test, null);
      OnnxExport.write(path(seed, row), r.network());
      return r.network();
    };
  }

  private QuantizedNetwork trained(int seed, String row, int runs, double rate, String rest) {
    Recipe r = recipe(seed, runs, rate, rest);
    TrainCommand.train(r.trainer(), r.settings(), train, test, null);
    return r.aware().convert();
  }

  private QuantizedNetwork quantized(FloatNetwork n, String format) {
    TargetFormat t = QuantizeCommand.target(format, "double", false);
    return QuantizeCommand.convert(n, train.first(500), t, QuantizeCommand.calibration(null, t));
  }

  /** A row in floats; its int8 conversion runs in hardware. */
  private void floats(int seed, String row, Supplier<FloatNetwork> how) {
    if (done(seed, row)) {
      return;
    }
    Console.say("seed " + seed + ": " + row);
    FloatNetwork n = how.get();
    double accuracy;
    try (Workers w = new Workers()) {
      accuracy = Trainer.accuracy(n, test, w);
    }
    finish(seed, row, accuracy, quantized(OnnxImport.read(path(seed, row)), "int8"));
  }

  private void integers(int seed, String row, Supplier<QuantizedNetwork> how) {
    if (done(seed, row)) {
      return;
    }
    Console.say("seed " + seed + ": " + row);
    QuantizedNetwork q = how.get();
    finish(seed, row, Accuracy.of(q, test), q);
  }

  private boolean done(int seed, String row) {
    return results.path(row).has(String.valueOf(seed));
  }

  /** Simulates, verifies and writes down. */
  private void finish(int seed, String row, double accuracy, QuantizedNetwork q) {
    ObjectNode o = results.withObjectProperty(row).putObject(String.valueOf(seed));
    o.put("accuracy", accuracy);
    Plan plan = Planner.plan(q, AcceleratorConfig.of("small"));
    Simulator simulator = new Simulator(plan);
    List<SampleResult> s =
        IntStream.range(0, samples)
            .mapToObj(i -> simulator.run(Samples.image(test, i, q)))
            .toList();
    o.put("cycles", s.stream().mapToLong(SampleResult::cycles).average().orElse(0));
    o.put("macs", s.getFirst().macs());
    Path rtl = work.resolve("rtl-" + row.replaceAll("[^a-zA-Z0-9]+", "-"));
    VerifyResult v =
        new Verifier(plan, rtl, Console.stages(row + ": "))
            .verify(s, new Verifier.Options(1, 0, false));
    o.put("compared", v.valuesCompared());
    o.put("mismatches", v.mismatches());
    NetworkFile.write(
        work.resolve(seed + "-" + row.replaceAll("[^a-zA-Z0-9]+", "-") + ".bitloom"), q);
    SafeWrite.text(work.resolve("results.json"), results.toPrettyString() + "\n");
    Console.say(
        String.format(
            Locale.ROOT,
            "seed %d: %s %.2f %%, %d differences in %d values",
            seed,
            row,
            100 * accuracy,
            v.mismatches(),
            v.valuesCompared()));
  }
}
