package org.bitloom.fixedpoint.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a {@link Trim} behind the operations of a network that are named. */
public final class Trimming {
  private Trimming() {}

  /**
   * The network with trimmed activations; every later reader sees the trimmed tensor.
   *
   * @param thresholds in codes, by the name of the operation whose output is trimmed
   * @throws IllegalArgumentException if a name belongs to no operation
   */
  public static QuantizedNetwork apply(QuantizedNetwork network, Map<String, Integer> thresholds) {
    List<String> names = network.operations().stream().map(Operation::name).toList();
    for (String name : thresholds.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "no layer " + name + ", there are " + String.join(", ", names));
      }
    }
    List<TensorSpec> tensors = new ArrayList<>(network.tensors());
    List<Operation> operations = new ArrayList<>();
    Map<Integer, Integer> now = new HashMap<>();
    for (Operation op : network.operations()) {
      operations.add(op.reading(t -> now.getOrDefault(t, t)));
      Integer threshold = thresholds.get(op.name());
      if (threshold != null && threshold > 1) {
        TensorSpec s = tensors.get(op.output());
        tensors.add(new TensorSpec(s.name() + ".trimmed", s.shape(), s.format()));
        operations.add(new Trim(op.name() + ".trim", op.output(), tensors.size() - 1, threshold));
        now.put(op.output(), tensors.size() - 1);
      }
    }
    int out = now.getOrDefault(network.output(), network.output());
    return new QuantizedNetwork(network.name(), tensors, network.input(), out, operations);
  }
}
