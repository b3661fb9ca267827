package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitloom.cli.input.Datasets;
import org.bitloom.cli.input.Networks;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.MeanSquareError;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxImport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom quantize}. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Converts a float model to integers, with ranges calibrated on training images.",
    footer = {
      "",
      "Example:",
      "  bitloom quantize cnn.onnx --format dfp8 --calibrate mse --out cnn.bitloom"
    })
public final class QuantizeCommand implements Callable<Integer> {
  private static final Pattern DFP = Pattern.compile("dfp(\\d{1,2})");

  @Parameters(paramLabel = "MODEL", description = "a float .onnx model")
  private Path model;

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = "int8",
      description = "int8 or dfp2 to dfp16 (default: int8)")
  private String format;

  @Option(
      names = "--calibrate",
      paramLabel = "C",
      description = "minmax or mse (default: minmax for int8, mse for dfp)")
  private String calibrate;

  @Option(
      names = "--rounding",
      paramLabel = "R",
      defaultValue = "double",
      description = "int8: double or single (default: double)")
  private String rounding;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "500",
      description = "training images to calibrate on (default: 500)")
  private int images;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder of IDX files (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "NET",
      description = "the quantized network (default: MODEL's name with .bitloom)")
  private Path out;

  @Override
  public Integer call() {
    TargetFormat target = target(format, rounding);
    Calibration rule = calibration(calibrate, target);
    if (images < 1) {
      throw new BadInputException("--images", "is " + images, "give at least 1");
    }
    FloatNetwork network = OnnxImport.read(model);
    Dataset train = Datasets.load(data, FashionMnist.Part.TRAIN).first(images);
    if (!train.shape().equals(network.input())) {
      throw new BadInputException(
          train.name(), "has images of " + train.shape(), "the model takes " + network.input());
    }
    QuantizedNetwork q = convert(network, train, target, rule);
    Path file =
        out != null
            ? out
            : model.resolveSibling(
                model.getFileName().toString().replaceFirst("\\.onnx$", "") + ".bitloom");
    NetworkFile.write(file, q);
    System.out.println(file + ": " + q.operations().size() + " operations");
    q.tensors()
        .forEach(
            t ->
                System.out.println(
                    "  " + t.name() + " " + t.shape() + " " + t.format().describe()));
    return 0;
  }

  /** Converts with the rule for activations; int8 weights always span their channel. */
  static QuantizedNetwork convert(
      FloatNetwork network, Dataset images, TargetFormat target, Calibration rule) {
    try {
      return Converter.convert(
          network,
          Observation.of(network, images),
          target,
          rule,
          target instanceof TargetFormat.Int8 ? new MinMax() : rule);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          network.name(), e.getMessage(), "choose another --format or --calibrate", e);
    }
  }

  static TargetFormat target(String format, String rounding) {
    Matcher m = DFP.matcher(format);
    if (m.matches() && Integer.parseInt(m.group(1)) >= 2 && Integer.parseInt(m.group(1)) <= 16) {
      return new TargetFormat.FixedPoint(
          Integer.parseInt(m.group(1)), Rounding.HALF_UP, Overflow.SATURATE);
    }
    if (!format.equals("int8")) {
      throw new BadInputException("--format", "is " + format, "write int8 or dfp2 to dfp16");
    }
    return new TargetFormat.Int8(Networks.policy(rounding));
  }

  static Calibration calibration(String name, TargetFormat target) {
    return switch (name == null ? (target instanceof TargetFormat.Int8 ? "minmax" : "mse") : name) {
      case "minmax" -> new MinMax();
      case "mse" -> new MeanSquareError();
      default -> throw new BadInputException("--calibrate", "is " + name, "write minmax or mse");
    };
  }
}
