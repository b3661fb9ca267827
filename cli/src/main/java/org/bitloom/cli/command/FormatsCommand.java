package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.Workers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom formats}. */
@Command(
    name = "formats",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Accuracy of a float model under every number format and calibration, as a Markdown table.",
    footer = {"", "Example:", "  bitloom formats cnn.onnx --out docs/formats.md"})
public final class FormatsCommand implements Callable<Integer> {
  private static final List<String> FORMATS =
      List.of(
          "int8",
          "int6",
          "int4",
          "int3",
          "dfp16",
          "dfp8",
          "dfp7",
          "dfp6",
          "dfp5",
          "dfp4",
          "log2:5",
          "log2:4",
          "log2:4/dfp8",
          "codebook:4",
          "codebook:4:density",
          "codebook:4:random",
          "codebook:3",
          "codebook:4/dfp8");
  private static final List<String> RULES =
      List.of("minmax", "moving", "percentile", "mse", "kl", "sigma:3");

  @Parameters(paramLabel = "MODEL", description = "a float .onnx model")
  private Path model;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "500",
      description = "training images to calibrate on (default: 500)")
  private int images;

  @Option(names = "--formats", paramLabel = "F", split = ",", description = "only these formats")
  private List<String> formats = FORMATS;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "write the table there instead of standard output")
  private Path out;

  @Override
  public Integer call() {
    FloatNetwork network = OnnxImport.read(model);
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST);
    Observation seen =
        Observation.of(network, Datasets.load(data, FashionMnist.Part.TRAIN).first(images));
    StringBuilder b = new StringBuilder();
    double real;
    try (Workers w = new Workers()) {
      real = Trainer.accuracy(network, test, w);
    }
    b.append("# Accuracy by format and calibration\n\n");
    b.append(
        String.format(
            Locale.ROOT,
            "`bitloom formats %s`: post-training quantization of `%s`, calibrated on %d training images, accuracy in percent"
                + " on %d test images. Float: %.2f. The calibration chooses activation ranges, and weight ranges of dynamic fixed"
                + " point; int and code-book weights span their channel or layer.%n%n",
            model.getFileName(),
            network.name(),
            images,
            test.size(),
            100 * real));
    b.append("| format | ")
        .append(String.join(" | ", RULES))
        .append(" |\n|---")
        .append("|---".repeat(RULES.size()))
        .append("|\n");
    try (ProgressBar bar = Console.bar("formats", (long) formats.size() * RULES.size())) {
      for (String format : formats) {
        b.append("| ").append(format);
        for (String rule : RULES) {
          b.append(" | ").append(accuracy(network, seen, test, format, Calibration.of(rule)));
          bar.step();
        }
        b.append(" |\n");
      }
    }
    if (out != null) {
      SafeWrite.text(out, b.toString());
    } else {
      System.out.print(b);
    }
    return 0;
  }

  private static String accuracy(
      FloatNetwork network, Observation seen, Dataset test, String format, Calibration rule) {
    TargetFormat target = TargetFormat.of(format, RoundingPolicy.DOUBLE, false);
    Calibration weights = target instanceof TargetFormat.Int8 ? new MinMax() : rule;
    try {
      QuantizedNetwork q = Converter.convert(network, seen, target, rule, weights);
      return String.format(Locale.ROOT, "%.2f", 100 * Accuracy.of(q, test));
    } catch (IllegalArgumentException e) {
      return "refused";
    }
  }
}
