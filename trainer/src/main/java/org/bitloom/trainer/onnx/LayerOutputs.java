package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.convert.Folding;

/**
 * A model whose layers' outputs are outputs of the model.
 *
 * @param model the bytes of the changed model
 * @param input shape of one sample
 * @param rank extents of the input with the batch
 * @param inputName its name
 * @param outputs tensors by the name of the layer after folding and fusing, in order
 */
public record LayerOutputs(
    byte[] model, Shape input, int rank, String inputName, Map<String, String> outputs) {
  private static final String REAL = ".real";

  /**
   * Looks into a model.
   *
   * @param quantized whether layers are the dequantized tensors, else those after fusing
   * @throws BadInputException for what is not a model of one input and output
   */
  public static LayerOutputs of(byte[] bytes, String where, boolean quantized) {
    OnnxFile file = OnnxFile.parse(bytes, where, null);
    GraphProto g = file.graph();
    ValueInfoProto in = file.input();
    Map<String, String> outputs = quantized ? dequantized(g) : fused(bytes, where, g);
    outputs.values().removeIf(v -> v.equals(in.getName()));
    String last = g.getOutput(0).getName();
    if (!outputs.containsValue(last)) {
      outputs.put(last, last);
    }
    try {
      ModelProto.Builder model = ModelProto.parseFrom(bytes).toBuilder();
      Set<String> there = new HashSet<>();
      g.getOutputList().forEach(o -> there.add(o.getName()));
      for (String t : outputs.values()) {
        if (there.add(t)) {
          model.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName(t));
        }
      }
      var dims = in.getType().getTensorType().getShape();
      return new LayerOutputs(
          model.build().toByteArray(),
          OnnxShapes.input(file, dims),
          dims.getDimCount(),
          in.getName(),
          outputs);
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(where, "is not an ONNX file", "export it again", e);
    }
  }

  /** Outputs of DequantizeLinear nodes, but for constants, by the name before {@code .real}. */
  private static Map<String, String> dequantized(GraphProto g) {
    Set<String> constants = new HashSet<>();
    g.getInitializerList().forEach(t -> constants.add(t.getName()));
    Map<String, String> outputs = new LinkedHashMap<>();
    for (NodeProto n : g.getNodeList()) {
      if (n.getOpType().equals("DequantizeLinear") && !constants.contains(n.getInput(0))) {
        String t = n.getOutput(0);
        outputs.put(t.endsWith(REAL) ? t.substring(0, t.length() - REAL.length()) : t, t);
      }
    }
    outputs.remove("input");
    return outputs;
  }

  private static Map<String, String> fused(byte[] bytes, String where, GraphProto g) {
    Map<String, String> tensors = new LinkedHashMap<>();
    for (NodeProto n : g.getNodeList()) {
      tensors.put(n.getName().isEmpty() ? n.getOutput(0) : n.getName(), n.getOutput(0));
    }
    try {
      Map<String, String> outputs = new LinkedHashMap<>();
      Folding.ends(OnnxImport.decode(bytes, where))
          .forEach(
              (layer, end) -> {
                if (tensors.containsKey(end)) {
                  outputs.put(layer, tensors.get(end));
                }
              });
      return outputs;
    } catch (BadInputException | IllegalArgumentException e) {
      return tensors; // a model we cannot import still has nodes to show
    }
  }
}
