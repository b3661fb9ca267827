package org.bitloom.cli.command;

import java.nio.file.Path;
import org.bitloom.cli.input.Networks;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The {@code NET} argument: a .bitloom network, or a .tflite or quantized .onnx model with the
 * rounding of its kernels.
 */
final class NetworkArgument {
  @Parameters(
      paramLabel = "NET",
      description = "a .bitloom network, or a quantized .tflite or .onnx model")
  Path net;

  @Option(
      names = "--rounding",
      paramLabel = "R",
      defaultValue = "double",
      description = "of an imported model: double or single (default: double)")
  private String rounding;

  QuantizedNetwork network() {
    return Networks.read(net, rounding);
  }
}
