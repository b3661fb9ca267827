package org.bitloom.simulator.plan;

/** One entry of the machine's programme. */
public sealed interface Step permits LoadStep, WeightStep, LayerStep, UnloadStep {

  /** The author's name of the layer, or {@code input} and {@code output}. */
  String name();

  /** The word for it in reports. */
  String kind();
}
