package org.bitloom.cli.input;

import java.nio.file.Path;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;

/** Reads the {@code NET} argument. */
public final class Networks {
  private Networks() {}

  /** The quantized network in a file, by its ending. */
  public static QuantizedNetwork read(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".onnx")) {
      throw new BadInputException(
          file.toString(), "is a float model", "quantize it first: bitloom quantize " + file);
    }
    return NetworkFile.read(file);
  }
}
