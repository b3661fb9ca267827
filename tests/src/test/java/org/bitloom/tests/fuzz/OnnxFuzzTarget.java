package org.bitloom.tests.fuzz;

import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.onnx.QuantizedOnnxImport;

/** What Jazzer calls: any bytes as a float model and as a quantized one. */
public final class OnnxFuzzTarget {
  private OnnxFuzzTarget() {}

  /** A network or the one-line error. */
  public static void fuzzerTestOneInput(byte[] data) {
    oneLine(() -> OnnxImport.decode(data, "fuzz.onnx"));
    oneLine(() -> QuantizedOnnxImport.decode(data, "fuzz.onnx", RoundingPolicy.DOUBLE));
  }

  private static void oneLine(Runnable r) {
    try {
      r.run();
    } catch (BadInputException e) {
      if (e.getMessage().contains("\n")) {
        throw new IllegalStateException("more than one line", e);
      }
    }
  }
}
