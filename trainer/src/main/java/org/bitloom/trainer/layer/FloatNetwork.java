package org.bitloom.trainer.layer;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A chain of layers.
 *
 * @param name a name for people
 * @param layers in order; each takes what the one before gives
 */
public record FloatNetwork(String name, List<Layer> layers) {

  /** Checks that the shapes connect and names are unique. */
  public FloatNetwork {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network needs a layer");
    }
    for (int i = 1; i < layers.size(); i++) {
      if (!layers.get(i).input().equals(layers.get(i - 1).output())) {
        throw new IllegalArgumentException(
            layers.get(i).name()
                + " takes "
                + layers.get(i).input()
                + ", found "
                + layers.get(i - 1).output());
      }
    }
    if (layers.stream().map(Layer::name).distinct().count() != layers.size()) {
      throw new IllegalArgumentException("two layers have the same name");
    }
  }

  /** Shape of one sample. */
  public Shape input() {
    return layers.getFirst().input();
  }

  /** Shape of one result. */
  public Shape output() {
    return layers.getLast().output();
  }

  /** All trained tensors in layer order. */
  public List<Parameter> parameters() {
    return layers.stream().flatMap(l -> l.parameters().stream()).toList();
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
    long weighted = layers.stream().filter(l -> !l.parameters().isEmpty()).count();
    if (how == Initialisation.ZERO && weighted > 1) {
      throw new IllegalArgumentException(
          "initialisation zero would keep all hidden units alike, write he or xavier_normal");
    }
    layers.forEach(l -> l.initialise(how, random));
  }
}
