package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.trainer.compress.Factorisation;
import org.bitloom.trainer.compress.StructuredPruning;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.onnx.OnnxImport;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom compress}. */
@Command(
    name = "compress",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes a smaller network of a float model; train on from it with start: in a configuration.",
    footer = {
      "",
      "Examples:",
      "  bitloom compress cnn.onnx --channels 0.5 --out half.onnx   half the operations",
      "  bitloom compress cnn.onnx --svd 0.5 --out svd.onnx         half the weights",
      "  bitloom compress cnn.onnx --svd-energy 0.9 --out svd.onnx",
      "Unstructured pruning and shared weights happen while training: pruning:, share_weights:."
    })
public final class CompressCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "a float .onnx model")
  private Path model;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Method method;

  static final class Method {
    @Option(
        names = "--channels",
        paramLabel = "SHARE",
        description = "remove filters, neurons and channels down to this share of the operations")
    private Double channels;

    @Option(
        names = "--rows",
        paramLabel = "SHARE",
        description = "remove outer kernel rows down to this share of the operations")
    private Double rows;

    @Option(
        names = "--columns",
        paramLabel = "SHARE",
        description = "remove outer kernel columns down to this share of the operations")
    private Double columns;

    @Option(
        names = "--svd",
        paramLabel = "SHARE",
        description = "split layers by singular values down to this share of the weights")
    private Double cost;

    @Option(
        names = "--svd-energy",
        paramLabel = "E",
        description = "keep singular values up to this share of their squares' sum")
    private Double energy;

    @Option(
        names = "--svd-rank",
        paramLabel = "T",
        description = "keep at most this many singular values of a layer")
    private Integer rank;
  }

  @Option(names = "--out", paramLabel = "M.onnx", required = true, description = "the new model")
  private Path out;

  @Override
  public Integer call() {
    FloatNetwork network = OnnxImport.read(model);
    FloatNetwork small;
    try {
      small = run(network);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(model.toString(), e.getMessage(), "ask for less", e);
    }
    OnnxExport.write(out, small);
    System.out.printf(
        Locale.ROOT,
        "%s: %d of %d weights, %d of %d multiply-accumulates%n",
        out,
        Factorisation.weights(small),
        Factorisation.weights(network),
        StructuredPruning.macs(small),
        StructuredPruning.macs(network));
    return 0;
  }

  private FloatNetwork run(FloatNetwork n) {
    if (method.channels != null) {
      return StructuredPruning.channels(n, share("--channels", method.channels));
    }
    if (method.rows != null) {
      return StructuredPruning.kernels(n, true, share("--rows", method.rows));
    }
    if (method.columns != null) {
      return StructuredPruning.kernels(n, false, share("--columns", method.columns));
    }
    if (method.cost != null) {
      return Factorisation.byCost(n, share("--svd", method.cost));
    }
    return method.energy != null
        ? Factorisation.byEnergy(n, share("--svd-energy", method.energy))
        : Factorisation.byCount(n, method.rank);
  }

  private static double share(String option, double v) {
    if (!(v > 0 && v <= 1)) {
      throw new BadInputException(option, "is " + v, "give a number above 0 and at most 1");
    }
    return v;
  }
}
