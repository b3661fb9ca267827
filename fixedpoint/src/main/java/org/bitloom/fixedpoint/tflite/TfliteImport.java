package org.bitloom.fixedpoint.tflite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.Model;
import org.tensorflow.lite.schema.Operator;
import org.tensorflow.lite.schema.OperatorCode;
import org.tensorflow.lite.schema.SubGraph;

/**
 * Reads int8 TensorFlow Lite models so that every code equals that of TensorFlow Lite's reference
 * kernels. All operators that are not supported are named at once. A file that is damaged in any
 * way gives the one-line error.
 */
public final class TfliteImport {
  private final String where;
  private final Model model;
  private final SubGraph graph;
  private final RoundingPolicy policy;

  private TfliteImport(String where, Model model, RoundingPolicy policy) {
    this.where = where;
    this.model = model;
    this.policy = policy;
    if (model.subgraphsLength() != 1) {
      throw new IllegalArgumentException(
          "it has " + model.subgraphsLength() + " subgraphs, one is read");
    }
    this.graph = model.subgraphs(0);
  }

  /** Reads a file. */
  public static QuantizedNetwork read(Path file, RoundingPolicy policy) {
    return decode(SafeWrite.read(file, "give a .tflite file"), file.toString(), policy);
  }

  /** The network in the bytes of a file; {@code where} names it in errors. */
  public static QuantizedNetwork decode(byte[] bytes, String where, RoundingPolicy policy) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (bytes.length < 8 || !Model.ModelBufferHasIdentifier(b)) {
        throw new IllegalArgumentException("it does not have the identifier TFL3");
      }
      return new TfliteImport(where, Model.getRootAsModel(b), policy).network();
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) { // a damaged file leads the generated readers anywhere
      String why =
          e instanceof IllegalArgumentException && e.getMessage() != null
              ? e.getMessage()
              : "it is damaged";
      throw new BadInputException(
          where, "cannot be imported: " + why, "convert it again as full-integer int8", e);
    }
  }

  private QuantizedNetwork network() {
    if (graph.inputsLength() != 1 || graph.outputsLength() != 1) {
      throw new IllegalArgumentException(
          "it has "
              + graph.inputsLength()
              + " inputs and "
              + graph.outputsLength()
              + " outputs, one of each is read");
    }
    if (graph.operatorsLength() > model.getByteBuffer().limit()) {
      throw new IllegalArgumentException("it claims " + graph.operatorsLength() + " operators");
    }
    refuseUnsupported();
    TfliteTensors tensors = new TfliteTensors(model, graph);
    List<Operation> operations = new ArrayList<>();
    TfliteOperators convert = new TfliteOperators(tensors, operations, policy);
    int input = graph.inputs(0);
    int output = graph.outputs(0);
    for (int i = 0; i < graph.operatorsLength(); i++) {
      Operator op = graph.operators(i);
      int code = code(op);
      if (code == BuiltinOperator.QUANTIZE && op.inputs(0) == input && tensors.isFloat(input)) {
        input = op.outputs(0); // the float edge of the model stays outside
      } else if (code == BuiltinOperator.DEQUANTIZE && op.outputs(0) == output) {
        output = op.inputs(0);
      } else {
        if (operations.isEmpty()) {
          tensors.map(input);
        }
        convert.add(op, code, i);
      }
    }
    String name = Path.of(where).getFileName().toString().replaceFirst("\\.tflite$", "");
    return new QuantizedNetwork(
        name, tensors.specs(), tensors.map(input), tensors.map(output), operations);
  }

  private int code(Operator op) {
    int index = Math.toIntExact(op.opcodeIndex());
    if (index < 0 || index >= model.operatorCodesLength()) {
      throw new IllegalArgumentException("operator code " + index + " does not exist");
    }
    OperatorCode c = model.operatorCodes(index);
    return Math.max(c.builtinCode(), c.deprecatedBuiltinCode());
  }

  private void refuseUnsupported() {
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < graph.operatorsLength(); i++) {
      int code = code(graph.operators(i));
      if (!TfliteOperators.SUPPORTED.contains(code)) {
        boolean named = code >= 0 && code < BuiltinOperator.names.length;
        unknown.add(
            "operator " + i + " (" + (named ? BuiltinOperator.name(code) : "code " + code) + ")");
      }
    }
    if (!unknown.isEmpty()) {
      throw new BadInputException(
          where,
          "has operators that are not supported: " + String.join(", ", unknown),
          "rewrite them with supported ones");
    }
  }
}
