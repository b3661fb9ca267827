package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.cli.input.Samples;
import org.bitloom.cli.report.HtmlReport;
import org.bitloom.cli.report.MeanResult;
import org.bitloom.codegen.verify.Tool;
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
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.train.EpochResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bitloom demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs the whole chain on Fashion-MNIST and writes a report.",
      "Trains a small CNN, quantizes it to int8 and 8-bit dynamic fixed point,",
      "simulates both on an accelerator of 64 multipliers, writes their Verilog, runs it in Verilator, compares every",
      "value and cycle, and writes a report. About three minutes on two cores."
    },
    footer = {"", "Example:", "  bitloom demo --out out && xdg-open out/report.html"})
public final class DemoCommand implements Callable<Integer> {
  private static final String CONFIG = "fashion-cnn.yaml";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "out",
      description = "where models, projects and report go (default: out)")
  private Path out;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "32",
      description = "test images to run in Verilator (default: 32)")
  private int samples;

  @Override
  public Integer call() {
    Tool.requireVerilator();
    Dataset train = Datasets.load(null, FashionMnist.Part.TRAIN);
    Dataset test = Datasets.load(null, FashionMnist.Part.TEST);
    TrainingConfig config = TrainingConfig.parse(example(), CONFIG);
    FloatNetwork network = config.network(train.shape(), CONFIG);
    List<EpochResult> history = TrainCommand.train(network, config.settings(CONFIG), train, test);
    OnnxExport.write(out.resolve("float.onnx"), network);
    double accuracy = history.getLast().testAccuracy();
    List<HtmlReport.Format> formats = new ArrayList<>();
    AcceleratorConfig accelerator = AcceleratorConfig.of("small");
    for (String name : List.of("int8", "dfp8")) {
      formats.add(format(name, network, train, test, accelerator));
    }
    SafeWrite.text(
        out.resolve("report.html"),
        HtmlReport.render(history, accuracy, formats, accelerator.multipliers()));
    SafeWrite.text(
        out.resolve("summary.json"), summary(accuracy, formats, accelerator.multipliers()));
    table(accuracy, formats, accelerator.multipliers());
    return formats.stream().allMatch(f -> f.verified().mismatches() == 0) ? 0 : 1;
  }

  private static String example() {
    try (InputStream in = DemoCommand.class.getResourceAsStream("/examples/" + CONFIG)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HtmlReport.Format format(
      String name,
      FloatNetwork network,
      Dataset train,
      Dataset test,
      AcceleratorConfig accelerator) {
    TargetFormat target = QuantizeCommand.target(name, "double", false);
    QuantizedNetwork q =
        QuantizeCommand.convert(
            network, train.first(500), target, QuantizeCommand.calibration(null, target));
    NetworkFile.write(out.resolve(name + ".bitloom"), q);
    Console.say(name + ": accuracy on " + test.size() + " test images");
    double accuracy = Accuracy.of(q, test);
    Plan plan = Planner.plan(q, accelerator);
    Simulator simulator = new Simulator(plan);
    List<SampleResult> results = new ArrayList<>();
    for (int i = 0; i < Math.min(samples, test.size()); i++) {
      results.add(simulator.run(Samples.image(test, i, q)));
    }
    VerifyResult verified =
        new Verifier(plan, out.resolve(name + "-rtl"), Console.stages(name + ": "))
            .verify(results, new Verifier.Options(1, 0, true));
    return new HtmlReport.Format(name, accuracy, MeanResult.of(results), verified);
  }

  private static String summary(double accuracy, List<HtmlReport.Format> formats, int multipliers) {
    ObjectNode o = new ObjectMapper().createObjectNode().put("float_accuracy", accuracy);
    for (HtmlReport.Format f : formats) {
      o.putObject(f.name())
          .put("accuracy", f.accuracy())
          .put("bit_exact", f.verified().bitExact())
          .put("cycle_exact", f.verified().cycleExact())
          .put("samples", f.verified().samples())
          .put("cycles", f.mean().cycles())
          .put("dense_cycles", f.mean().macs() / multipliers);
    }
    return o.toPrettyString() + "\n";
  }

  private void table(double accuracy, List<HtmlReport.Format> formats, int multipliers) {
    String row = "%-7s %9s %9s %9s %11s %9s  %s%n";
    System.out.printf(
        Locale.ROOT,
        row,
        "format",
        "accuracy",
        "cycles",
        "speed-up",
        "compression",
        "images",
        "RTL = simulator");
    System.out.printf(Locale.ROOT, row, "float", percent(accuracy), "", "", "", "", "");
    for (HtmlReport.Format f : formats) {
      MeanResult m = f.mean();
      System.out.printf(
          Locale.ROOT,
          row,
          f.name(),
          percent(f.accuracy()),
          String.format(Locale.ROOT, "%.0f", m.cycles()),
          String.format(Locale.ROOT, "%.2f x", m.macs() / multipliers / m.cycles()),
          String.format(Locale.ROOT, "%.2f x", m.dense() / m.rle()),
          f.verified().samples(),
          (f.verified().bitExact() ? "every value" : "VALUES DIFFER")
              + (f.verified().cycleExact() ? ", every cycle" : ", CYCLES DIFFER"));
      if (f.verified().first() != null) {
        System.out.println("        first: " + f.verified().first().describe());
      }
    }
    System.out.println(
        "speed-up over a dense machine of " + multipliers + " multipliers at work in every cycle");
    System.out.println("report: " + out.resolve("report.html"));
  }

  private static String percent(double v) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * v);
  }
}
