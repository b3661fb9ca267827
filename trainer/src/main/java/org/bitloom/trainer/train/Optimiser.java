package org.bitloom.trainer.train;

/**
 * A rule that turns a gradient into a step. The record holds the settings; {@link State} what it
 * remembers.
 */
public sealed interface Optimiser permits Sgd, Adam {

  /** What the rule remembers of one parameter of {@code size} elements. */
  State newState(int size);

  /** One parameter's memory. */
  interface State {
    /**
     * Takes step {@code t}, counted from 1.
     *
     * @param rate learning rate of this step
     */
    void step(float[] values, float[] gradient, double rate, long t);
  }
}
