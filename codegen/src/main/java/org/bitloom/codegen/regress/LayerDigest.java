package org.bitloom.codegen.regress;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * What defines a layer, each part as a checksum, so that a change can be named.
 *
 * @param name of the layer
 * @param parts checksum of {@code weights}, {@code bias}, {@code requantization}, {@code rest}
 */
record LayerDigest(String name, Map<String, String> parts) {

  static List<LayerDigest> of(QuantizedNetwork n) {
    List<LayerDigest> all = new ArrayList<>();
    for (Operation op : n.operations()) {
      Map<String, String> parts = new LinkedHashMap<>();
      String formats = n.tensor(op.output()).toString();
      switch (op) {
        case WeightedOperation w -> {
          parts.put("weights", sum(w.weights() + codes(w.weights()) + w.weightFormat()));
          parts.put("bias", sum(codes(w.bias())));
          parts.put("requantization", sum(w.requantization().toString()));
          parts.put("rest", sum(w.kind() + w.inputs() + w.clamp() + formats));
        }
        case Lookup l -> {
          parts.put("table", sum(codes(l.table())));
          parts.put("rest", sum(l.kind() + l.inputs() + formats));
        }
        case Constant c -> {
          parts.put("codes", sum(codes(c.codes())));
          parts.put("rest", sum(c.kind() + formats));
        }
        case AveragePool2d _,
            Concatenate _,
            Flatten _,
            MaxPool2d _,
            Mean _,
            Multiply _,
            Pad _,
            Relu _,
            Requantize _,
            Softmax _,
            Trim _,
            Add _ ->
            parts.put("rest", sum(op + formats));
      }
      all.add(new LayerDigest(op.name(), parts));
    }
    return all;
  }

  private static String codes(CodeTensor t) {
    return java.util.Arrays.toString(t.toArray());
  }

  private static String sum(String text) {
    return NetworkFile.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  /** The parts that differ. */
  List<String> differing(LayerDigest other) {
    List<String> differing = new ArrayList<>();
    parts.forEach(
        (k, v) -> {
          if (!v.equals(other.parts.get(k))) {
            differing.add(k.equals("rest") ? "shape, format or connection" : k);
          }
        });
    return differing;
  }
}
