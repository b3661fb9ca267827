package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;

/**
 * Where weights lie: all of them in the weight memories if they fit, else as many layers at a time
 * as fit, loaded over the bus before they run.
 */
final class WeightPlan {
  private final QuantizedNetwork network;
  private final AcceleratorConfig config;

  WeightPlan(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
  }

  /** The layers with their weight addresses, weight loads between them where needed. */
  List<Step> place(List<LayerStep> layers) {
    long all = layers.stream().mapToLong(LayerStep::weightWords).sum();
    if (all <= config.weightWords()) {
      List<Step> steps = new ArrayList<>();
      int base = 0;
      for (LayerStep l : layers) {
        steps.add(l.withWeightBase(base));
        base += l.weightWords();
      }
      return steps;
    }
    if (config.weightBus() == null) {
      throw new BadInputException(
          network.name(),
          "needs "
              + all
              + " words of weight memory in every slice, the accelerator has "
              + config.weightWords(),
          "set weight_words to at least "
              + all
              + ", use more slices or lanes, or give it a weight bus (weight_bus_bits)");
    }
    return loaded(layers);
  }

  private List<Step> loaded(List<LayerStep> layers) {
    int wordBeats = wordBeats(layers);
    List<Step> steps = new ArrayList<>();
    List<LayerStep> group = new ArrayList<>();
    long address = 0;
    int used = 0;
    for (LayerStep l : layers) {
      if (l.weightWords() > config.weightWords()) {
        throw new BadInputException(
            network.name(),
            "layer "
                + l.name()
                + " alone needs "
                + l.weightWords()
                + " words of weight memory in every slice, the accelerator has "
                + config.weightWords(),
            "set weight_words to at least " + l.weightWords());
      }
      if (used + l.weightWords() > config.weightWords()) {
        address = flush(group, used, wordBeats, address, steps);
        used = 0;
      }
      group.add(l.withWeightBase(used));
      used += l.weightWords();
    }
    flush(group, used, wordBeats, address, steps);
    return steps;
  }

  private long flush(
      List<LayerStep> group, int words, int wordBeats, long address, List<Step> steps) {
    WeightStep load =
        new WeightStep(
            group.stream().map(LayerStep::name).toList(),
            words,
            wordBeats,
            config.slices(),
            address,
            config.weightBus());
    steps.add(load);
    steps.addAll(group);
    group.clear();
    return address + load.bytes();
  }

  private int wordBeats(List<LayerStep> layers) {
    int bits = WidthDerivation.weightCode(network, layers).bits() * config.lanes();
    return Math.ceilDiv(bits, config.weightBus().bits());
  }
}
