package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A directed acyclic graph of layers. Tensor 0 is the input, tensor {@code i + 1} the output of
 * node {@code i}; the last node's output is the network's.
 *
 * @param name a name for people
 * @param input shape of one sample
 * @param nodes in an order in which they can run
 */
public record FloatNetwork(String name, Shape input, List<Node> nodes) {

  /**
   * A layer and where its inputs come from.
   *
   * @param layer the layer
   * @param inputs tensors
   */
  public record Node(Layer layer, List<Integer> inputs) {
    /** Copies. */
    public Node {
      inputs = List.copyOf(inputs);
    }
  }

  /** Checks that the shapes connect and names are unique. */
  public FloatNetwork {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a network needs a layer");
    }
    for (int i = 0; i < nodes.size(); i++) {
      Layer layer = nodes.get(i).layer;
      List<Integer> from = nodes.get(i).inputs;
      if (from.size() != layer.inputs().size()) {
        throw new IllegalArgumentException(
            layer.name() + " takes " + layer.inputs().size() + " inputs, found " + from.size());
      }
      for (int j = 0; j < from.size(); j++) {
        if (from.get(j) < 0 || from.get(j) > i) {
          throw new IllegalArgumentException(layer.name() + " reads what comes after it");
        }
        Shape found = from.get(j) == 0 ? input : nodes.get(from.get(j) - 1).layer.output();
        if (!layer.inputs().get(j).equals(found)) {
          throw new IllegalArgumentException(
              layer.name() + " takes " + layer.inputs().get(j) + ", found " + found);
        }
      }
    }
    if (nodes.stream().map(n -> n.layer.name()).distinct().count() != nodes.size()) {
      throw new IllegalArgumentException("two layers have the same name");
    }
  }

  /** A chain. */
  public static FloatNetwork chain(String name, List<Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network needs a layer");
    }
    return new FloatNetwork(
        name,
        layers.getFirst().input(),
        IntStream.range(0, layers.size())
            .mapToObj(i -> new Node(layers.get(i), List.of(i)))
            .toList());
  }

  /** What a pass runs. */
  public Wiring wiring() {
    return new Wiring(
        IntStream.rangeClosed(0, nodes.size()).mapToObj(this::shape).toList(),
        nodes.stream().map(Node::inputs).toList(),
        nodes.stream()
            .map(n -> (java.util.function.IntFunction<Layer.Pass>) n.layer::newPass)
            .toList());
  }

  /** The layers in order. */
  public List<Layer> layers() {
    return nodes.stream().map(Node::layer).toList();
  }

  /** Shape of one result. */
  public Shape output() {
    return nodes.getLast().layer.output();
  }

  /** Shape of a tensor. */
  public Shape shape(int tensor) {
    return tensor == 0 ? input : nodes.get(tensor - 1).layer.output();
  }

  /** Nodes that read a tensor. */
  public List<Integer> readers(int tensor) {
    return IntStream.range(0, nodes.size())
        .filter(i -> nodes.get(i).inputs.contains(tensor))
        .boxed()
        .toList();
  }

  /** All trained tensors in layer order, each once, a transform's own after its parameter. */
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node n : nodes) {
      n.layer.parameters().forEach(p -> collect(p, all, seen));
    }
    return all;
  }

  private static void collect(Parameter p, List<Parameter> all, Set<Parameter> seen) {
    if (seen.add(p)) {
      all.add(p);
      p.transforms().forEach(t -> t.own().forEach(o -> collect(o, all, seen)));
    }
  }

  /** All arrays that are not trained but change in training, each once. */
  public List<float[]> state() {
    List<float[]> all = new ArrayList<>();
    Set<float[]> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    nodes.forEach(n -> n.layer.state().stream().filter(seen::add).forEach(all::add));
    for (Parameter p : parameters()) {
      p.transforms().forEach(t -> t.state().stream().filter(seen::add).forEach(all::add));
    }
    return all;
  }

  /** Draws all starting values in layer order, as He et al. do. */
  public void initialise(RandomGenerator random) {
    initialise(Initialisation.HE, random);
  }

  /**
   * Draws all starting values in layer order.
   *
   * @throws IllegalArgumentException if hidden layers would start with zeros
   */
  public void initialise(Initialisation how, RandomGenerator random) {
    long weighted =
        nodes.stream()
            .filter(n -> n.layer instanceof Conv2dLayer || n.layer instanceof DenseLayer)
            .count();
    if (how == Initialisation.ZERO && weighted > 1) {
      throw new IllegalArgumentException(
          "initialisation zero would keep all hidden units alike, write he or xavier_normal");
    }
    nodes.forEach(n -> n.layer.initialise(how, random));
  }
}
