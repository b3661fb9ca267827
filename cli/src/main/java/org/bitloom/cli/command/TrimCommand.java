package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.cli.input.Samples;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Trimming;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom trim}. */
@Command(
    name = "trim",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Turns activations near zero into zeros.",
      "Prints accuracy against density for growing thresholds, or writes a network with",
      "chosen thresholds."
    },
    footer = {
      "",
      "Example:",
      "  bitloom trim cnn.bitloom                                        a table, all weighted layers but the last",
      "  bitloom trim cnn.bitloom --layer conv1=4 --layer conv2=8 --out trimmed.bitloom"
    })
public final class TrimCommand implements Callable<Integer> {
  private static final List<Integer> THRESHOLDS = List.of(1, 2, 4, 8, 12, 16, 24, 32, 48, 64);

  @Mixin private NetworkArgument argument;

  @Option(
      names = "--layer",
      paramLabel = "NAME=CODES",
      description = "codes nearer to zero than this become zero; repeat for more layers")
  private Map<String, Integer> layers = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "NET",
      description = "write the trimmed network (with --layer)")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Override
  public Integer call() {
    QuantizedNetwork network = argument.network();
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST);
    System.out.println(
        "| threshold, codes | density of the trimmed maps | accuracy, percent |\n|---|---|---|");
    if (!layers.isEmpty()) {
      QuantizedNetwork trimmed = trimmed(network, layers);
      System.out.println(row(layers.toString(), trimmed, layers.keySet().stream().toList(), test));
      if (out != null) {
        NetworkFile.write(out, trimmed);
      }
      return 0;
    }
    List<String> names =
        network.operations().stream()
            .filter(o -> o instanceof WeightedOperation && o.output() != network.output())
            .map(Operation::name)
            .toList();
    for (int t : THRESHOLDS) {
      Map<String, Integer> thresholds = new LinkedHashMap<>();
      names.forEach(n -> thresholds.put(n, t));
      System.out.println(row(String.valueOf(t), trimmed(network, thresholds), names, test));
    }
    return 0;
  }

  private static QuantizedNetwork trimmed(
      QuantizedNetwork network, Map<String, Integer> thresholds) {
    try {
      return Trimming.apply(network, thresholds);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("--layer", e.getMessage(), "write NAME=CODES", e);
    }
  }

  private static String row(
      String label, QuantizedNetwork network, List<String> names, Dataset test) {
    FastExecutor executor = new FastExecutor(network);
    long nonzero = 0;
    long all = 0;
    for (int i = 0; i < Math.min(200, test.size()); i++) {
      List<CodeTensor> tensors = executor.run(Samples.image(test, i, network));
      for (Operation op : network.operations()) {
        String layer = op.name().replaceFirst("\\.trim$", "");
        boolean last =
            network.operations().stream().noneMatch(o -> o.name().equals(op.name() + ".trim"));
        if (names.contains(layer) && last) {
          CodeTensor t = tensors.get(op.output());
          int zero = network.tensor(op.output()).format().zeroCode();
          for (int j = 0; j < t.size(); j++) {
            nonzero += t.get(j) != zero ? 1 : 0;
          }
          all += t.size();
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.3f | %.2f |",
        label,
        (double) nonzero / Math.max(all, 1),
        100 * Accuracy.of(network, test));
  }
}
