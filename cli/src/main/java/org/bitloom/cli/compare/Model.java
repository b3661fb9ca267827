package org.bitloom.cli.compare;

import java.nio.file.Path;
import java.util.Map;
import org.bitloom.cli.input.Networks;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.onnx.QuantizedOnnxImport;

/** A model that shows what its layers compute. */
public interface Model extends AutoCloseable {

  /**
   * A layer's output.
   *
   * @param values reals, in rows, columns, channels
   * @param lo smallest value the layer lets through, negative infinity without a clamp
   * @param hi largest value the layer lets through
   */
  record Layer(float[] values, double lo, double hi) {}

  /** Shape of one sample. */
  Shape input();

  /** The input's codes, null for a model in floats. */
  ActivationFormat format();

  /** Outputs of one sample by layer, in order; the last is the model's. */
  Map<String, Layer> run(float[] x);

  @Override
  void close();

  /**
   * Opens a model by its ending: {@code .onnx} in ONNX Runtime, {@code .tflite} and {@code
   * .bitloom} in the integer executor, or in the simulator with {@code sim:} before the file.
   */
  static Model open(String text, String rounding) {
    boolean simulated = text.startsWith("sim:");
    Path file = Path.of(simulated ? text.substring(4) : text);
    if (text.endsWith(".onnx") && !simulated) {
      return new OnnxModel(file, QuantizedOnnxImport.quantized(file));
    }
    QuantizedNetwork n = Networks.read(file, rounding);
    return new IntegerModel(n, simulated);
  }
}
