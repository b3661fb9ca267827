package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Networks;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads a quantized TensorFlow Lite or ONNX model; codes equal those of TensorFlow Lite's reference kernels, and those of ONNX up to ties in rounding.",
    footer = {
      "",
      "Example:",
      "  bitloom import model.tflite --rounding double --out model.bitloom"
    })
public final class ImportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description = "a quantized .tflite or .onnx model (QDQ or QOperator)")
  private Path model;

  @Option(
      names = "--rounding",
      paramLabel = "R",
      defaultValue = "double",
      description = "double or single, as the kernels were compiled (default: double)")
  private String rounding;

  @Option(
      names = "--out",
      paramLabel = "NET",
      description = "the network (default: MODEL's name with .bitloom in this folder)")
  private Path out;

  @Override
  public Integer call() {
    String name = model.getFileName().toString();
    if (!name.endsWith(".tflite") && !name.endsWith(".onnx")) {
      throw new BadInputException(
          model.toString(),
          "is neither a .tflite nor an .onnx model",
          "give a quantized model; quantize float ones with: bitloom quantize");
    }
    QuantizedNetwork n = Networks.read(model, rounding);
    Path file = out != null ? out : Path.of(name.replaceFirst("\\.(tflite|onnx)$", ".bitloom"));
    NetworkFile.write(file, n);
    System.out.println(
        file
            + ": "
            + n.operations().size()
            + " operations, "
            + n.inputSpec().shape()
            + " to "
            + n.outputSpec().shape());
    return 0;
  }
}
