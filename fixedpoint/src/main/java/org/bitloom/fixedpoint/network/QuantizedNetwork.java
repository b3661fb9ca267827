package org.bitloom.fixedpoint.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An immutable quantized network: tensors with formats, and operations in execution order. Every
 * tensor but the input is written exactly once, before it is read. What this class lets through,
 * every executor can run.
 *
 * @param name a name for people
 * @param tensors all feature maps
 * @param input index of the network's input
 * @param output index of the network's output
 * @param operations in execution order
 */
public record QuantizedNetwork(
    String name, List<TensorSpec> tensors, int input, int output, List<Operation> operations) {

  /** Checks the graph, all shapes and formats; an error names every fault found. */
  public QuantizedNetwork {
    Objects.requireNonNull(name);
    tensors = List.copyOf(tensors);
    operations = List.copyOf(operations);
    List<String> faults = new ArrayList<>(NetworkChecks.graph(tensors, input, output, operations));
    if (faults.isEmpty()) {
      for (Operation op : operations) {
        faults.addAll(NetworkChecks.operation(tensors, op));
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }

  /** The tensor of an index. */
  public TensorSpec tensor(int index) {
    return tensors.get(index);
  }

  /** The network's input. */
  public TensorSpec inputSpec() {
    return tensors.get(input);
  }

  /** The network's output. */
  public TensorSpec outputSpec() {
    return tensors.get(output);
  }

  /** The operations that read a tensor. */
  public List<Operation> consumers(int tensor) {
    return operations.stream().filter(op -> op.inputs().contains(tensor)).toList();
  }

  /** Multiply-accumulates of an operation on one sample, padding not counted. */
  public long macs(Operation op) {
    return switch (op) {
      case Conv2d c -> MacCount.conv(tensor(c.input()).shape(), tensor(c.output()).shape(), c);
      case Dense d -> d.weights().size();
      case MaxPool2d p -> 0;
      case AveragePool2d p -> 0;
      case Mean m -> 0;
      case Relu r -> 0;
      case Flatten f -> 0;
      case Add a -> 0;
      case Multiply m -> 0;
      case Concatenate c -> 0;
      case Requantize r -> 0;
      case Trim t -> 0;
      case Pad p -> 0;
      case Lookup l -> 0;
      case Softmax f -> 0;
      case Constant c -> 0;
    };
  }
}
