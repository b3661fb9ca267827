package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.trainer.onnx.QdqExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes a quantized network as ONNX in QDQ form, which any runtime executes and Netron shows.",
    footer = {"", "Example:", "  bitloom export cnn.bitloom --out cnn-int8.onnx"})
public final class ExportCommand implements Callable<Integer> {
  @Mixin private NetworkArgument argument;

  @Option(
      names = "--codes",
      description = "make the codes of every tensor outputs of the model as well")
  private boolean codes;

  @Option(names = "--out", paramLabel = "M.onnx", required = true, description = "the model")
  private Path out;

  @Override
  public Integer call() {
    try {
      SafeWrite.bytes(out, QdqExport.encode(argument.network(), codes));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          argument.net.toString(), e.getMessage(), "it has no form in ONNX", e);
    }
    System.out.println(out);
    return 0;
  }
}
