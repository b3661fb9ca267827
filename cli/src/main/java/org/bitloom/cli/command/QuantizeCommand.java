package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.cli.input.Networks;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.Suggestion;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.convert.WidthSearch;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
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
  @Parameters(paramLabel = "MODEL", description = "a float .onnx model")
  private Path model;

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = "int8",
      description =
          "int8; int2 to int7 (int8 activations, b-bit weights); dfp2 to dfp16; log2[:bits]; codebook[:bits[:linear|density|random]]; the last two with /dfpN for dynamic fixed point activations (default: int8)")
  private String format;

  @Option(
      names = "--calibrate",
      paramLabel = "C",
      description =
          "minmax, moving, percentile[:P], mse, kl or sigma:K (default: minmax for int8, mse for dfp)")
  private String calibrate;

  @Option(
      names = "--rounding",
      paramLabel = "R",
      defaultValue = "double",
      description = "int8: double or single (default: double)")
  private String rounding;

  @Option(
      names = "--layer",
      paramLabel = "NAME=N",
      description = "dfpN: another width for a layer; repeat for more layers")
  private Map<String, Integer> layerBits = Map.of();

  @Option(names = "--symmetric", description = "int8: activations with zero point 0")
  private boolean symmetric;

  @Option(
      names = "--max-loss",
      paramLabel = "POINTS",
      description =
          "dfpN: the smallest width per layer that loses at most this many points of accuracy on the --images")
  private Double maxLoss;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "500",
      description = "training images to calibrate on (default: 500)")
  private int images;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "NET",
      description = "the quantized network (default: MODEL's name with .bitloom)")
  private Path out;

  @Override
  public Integer call() {
    TargetFormat target = target(format, rounding, symmetric);
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
    if (!layerBits.isEmpty()) {
      target = mixed(network, target);
    }
    if (maxLoss != null) {
      target = narrowed(network, train, target, rule);
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

  private TargetFormat mixed(FloatNetwork network, TargetFormat target) {
    List<String> names = network.layers().stream().map(Layer::name).toList();
    for (String name : layerBits.keySet()) {
      if (!names.contains(name)) {
        throw new BadInputException(
            "--layer " + name,
            "no such layer" + Suggestion.of(name, names),
            "the layers are " + String.join(", ", names));
      }
    }
    if (!(target instanceof TargetFormat.FixedPoint f)) {
      throw new BadInputException(
          "--layer", "works on dynamic fixed point", "use it with --format dfpN");
    }
    try {
      return f.with(layerBits);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("--layer", e.getMessage(), "write NAME=2 to NAME=16", e);
    }
  }

  private TargetFormat narrowed(
      FloatNetwork network, Dataset images, TargetFormat target, Calibration rule) {
    if (!(target instanceof TargetFormat.FixedPoint f)) {
      throw new BadInputException(
          "--max-loss", "works on dynamic fixed point", "use it with --format dfpN");
    }
    Map<String, Integer> widths =
        WidthSearch.narrowest(
            network.layers().stream()
                .filter(l -> !l.parameters().isEmpty())
                .map(Layer::name)
                .toList(),
            f.bits(),
            w -> Accuracy.of(convert(network, images, f.with(w), rule), images),
            maxLoss / 100);
    widths.forEach((layer, bits) -> Console.say(layer + ": " + bits + " bits"));
    return f.with(widths);
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

  static TargetFormat target(String format, String rounding, boolean symmetric) {
    RoundingPolicy policy = Networks.policy(rounding);
    try {
      return TargetFormat.of(format, policy, symmetric);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "--format",
          "is " + format,
          "write int8, int2 to int7, dfp2 to dfp16, log2[:bits][/dfpN] or codebook[:bits[:start]][/dfpN]",
          e);
    }
  }

  static Calibration calibration(String name, TargetFormat target) {
    try {
      return Calibration.of(
          name == null ? (target instanceof TargetFormat.Int8 ? "minmax" : "mse") : name);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "--calibrate",
          "is " + name,
          "write minmax, moving, percentile[:P], mse, kl or sigma:K",
          e);
    }
  }
}
