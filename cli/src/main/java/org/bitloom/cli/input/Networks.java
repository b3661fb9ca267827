package org.bitloom.cli.input;

import java.nio.file.Path;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tflite.TfliteImport;
import org.bitloom.trainer.onnx.QuantizedOnnxImport;

/** Reads the {@code NET} argument. */
public final class Networks {
  private Networks() {}

  /**
   * The quantized network in a file, by its ending; a .tflite or quantized .onnx model with {@code
   * double} or {@code single} rounding.
   */
  public static QuantizedNetwork read(Path file, String rounding) {
    RoundingPolicy policy = policy(rounding);
    String name = file.getFileName().toString();
    if (name.endsWith(".onnx") && QuantizedOnnxImport.quantized(file)) {
      return QuantizedOnnxImport.read(file, policy);
    }
    if (name.endsWith(".onnx")) {
      throw new BadInputException(
          file.toString(), "is a float model", "quantize it first: bitloom quantize " + file);
    }
    return name.endsWith(".tflite") ? TfliteImport.read(file, policy) : NetworkFile.read(file);
  }

  /** The rounding policy of a name. */
  public static RoundingPolicy policy(String rounding) {
    return switch (rounding) {
      case "double" -> RoundingPolicy.DOUBLE;
      case "single" -> RoundingPolicy.SINGLE;
      default ->
          throw new BadInputException("--rounding", "is " + rounding, "write double or single");
    };
  }
}
