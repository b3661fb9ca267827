package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import org.bitloom.cli.input.Samples;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The network and the samples, as several commands take them. */
final class NetworkOptions {
  @Mixin NetworkArgument argument;

  @Option(
      names = "--input",
      paramLabel = "X.npy",
      description =
          "input codes, n x H x W x C (default: test images if they fit, else random codes)")
  Path input;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "how many samples (default: all of --input, else 8)")
  int samples;

  @Option(
      names = "--json",
      description = "print one JSON object on standard output and nothing else")
  boolean json;

  QuantizedNetwork network() {
    return argument.network();
  }

  List<CodeTensor> inputs(QuantizedNetwork network) {
    if (samples < 0) {
      throw new BadInputException("--samples", "is " + samples, "give at least 1");
    }
    return input != null
        ? Samples.read(input, network, samples)
        : Samples.some(network, samples == 0 ? 8 : samples);
  }
}
