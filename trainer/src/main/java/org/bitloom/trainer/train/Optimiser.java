package org.bitloom.trainer.train;

import java.util.List;
import java.util.stream.Stream;

/**
 * A rule that turns a gradient into a step. The record holds the settings; {@link State} what it
 * remembers.
 */
public sealed interface Optimiser permits Sgd, AdaGrad, AdaDelta, RmsProp, Adam {

  /** What the rule remembers of one parameter of {@code size} elements. */
  State newState(int size);

  /** A step of the rule. */
  interface Rule {
    /**
     * Takes step {@code t}, counted from 1.
     *
     * @param rate learning rate of this step
     */
    void step(float[] values, float[] gradient, double rate, long t);
  }

  /**
   * One parameter's memory.
   *
   * @param rule reads and writes the memory
   * @param memory arrays that are saved in a checkpoint
   */
  record State(Rule rule, List<float[]> memory) {
    static State of(Rule rule, float[]... memory) {
      return new State(rule, Stream.of(memory).toList());
    }

    /** Takes step {@code t}, counted from 1. */
    public void step(float[] values, float[] gradient, double rate, long t) {
      rule.step(values, gradient, rate, t);
    }
  }
}
