package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Accuracy;
import org.bitloom.cli.input.Datasets;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom evaluate}. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Accuracy of a quantized network on the test images of a data set.",
    footer = {"", "Example:", "  bitloom evaluate cnn.bitloom --json"})
public final class EvaluateCommand implements Callable<Integer> {
  @Mixin private NetworkArgument argument;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--json",
      description = "print one JSON object on standard output and nothing else")
  private boolean json;

  @Override
  public Integer call() {
    QuantizedNetwork network = argument.network();
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST);
    double accuracy = Accuracy.of(network, test);
    if (json) {
      System.out.println(
          new ObjectMapper()
              .createObjectNode()
              .put("accuracy", accuracy)
              .put("samples", test.size()));
    } else {
      System.out.printf(
          Locale.ROOT, "accuracy %.2f %% on %d images%n", 100 * accuracy, test.size());
    }
    return 0;
  }
}
