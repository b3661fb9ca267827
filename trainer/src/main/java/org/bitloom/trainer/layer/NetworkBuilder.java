package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/** Grows a network node by node; tensors are counted from 0, the input. */
public final class NetworkBuilder {
  private final Shape input;
  private final List<FloatNetwork.Node> nodes = new ArrayList<>();

  /** Only an input yet. */
  public NetworkBuilder(Shape input) {
    this.input = input;
  }

  /** Adds a layer that reads tensors; returns the tensor it writes. */
  public int add(Layer layer, Integer... inputs) {
    nodes.add(new FloatNetwork.Node(layer, Arrays.asList(inputs)));
    return nodes.size();
  }

  /** Shape of a tensor. */
  public Shape shape(int tensor) {
    return tensor == 0 ? input : nodes.get(tensor - 1).layer().output();
  }

  /** The layer that writes a tensor other than the input. */
  public Layer layer(int tensor) {
    return nodes.get(tensor - 1).layer();
  }

  /** The first tensor that the writer of a tensor reads. */
  public int source(int tensor) {
    return nodes.get(tensor - 1).inputs().getFirst();
  }

  /** Puts another layer in the place of the last one. */
  public void replaceLast(Layer layer) {
    FloatNetwork.Node last = nodes.removeLast();
    nodes.add(new FloatNetwork.Node(layer, last.inputs()));
  }

  /** The tensor written last. */
  public int last() {
    return nodes.size();
  }

  /** The network so far. */
  public FloatNetwork build(String name) {
    return new FloatNetwork(name, input, nodes);
  }
}
