package org.bitloom.simulator.plan;

import java.util.List;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.simulator.config.AcceleratorConfig;

/**
 * A network compiled for a machine.
 *
 * @param network what is computed
 * @param config the machine
 * @param steps load, layers, unload
 * @param widths derived widths and depths
 */
public record Plan(
    QuantizedNetwork network, AcceleratorConfig config, List<Step> steps, Widths widths) {

  /** Copies. */
  public Plan {
    steps = List.copyOf(steps);
  }

  /** Whether requantization multiplies (affine) or shifts (dynamic fixed point). */
  public boolean multiplies() {
    return network.inputSpec().format() instanceof AffineFormat;
  }

  /** The rounding policy of multiplying requantizers. */
  public RoundingPolicy policy() {
    return Policies.of(network);
  }

  /** Weight loads. */
  public List<WeightStep> weightLoads() {
    return steps.stream().filter(WeightStep.class::isInstance).map(WeightStep.class::cast).toList();
  }

  /** Whether weights come from outside. */
  public boolean loadsWeights() {
    return !weightLoads().isEmpty();
  }

  /** The layers whose weights a load brings. */
  public List<LayerStep> loadedBy(WeightStep load) {
    int from = steps.indexOf(load) + 1;
    return steps.subList(from, steps.size()).stream()
        .takeWhile(LayerStep.class::isInstance)
        .map(LayerStep.class::cast)
        .toList();
  }

  /** The first step. */
  public LoadStep load() {
    return (LoadStep) steps.getFirst();
  }

  /** The last step. */
  public UnloadStep unload() {
    return (UnloadStep) steps.getLast();
  }

  /** The steps between. */
  public List<LayerStep> layers() {
    return steps.stream().filter(LayerStep.class::isInstance).map(LayerStep.class::cast).toList();
  }
}
