package org.bitloom.trainer.train;

/**
 * How to train.
 *
 * @param seed everything random follows from it
 * @param epochs passes over the training set, at least 1
 * @param batchSize samples a step, at least 1
 * @param optimiser the step rule
 * @param rate learning rate at the start
 * @param schedule its course
 */
public record TrainingSettings(
    long seed, int epochs, int batchSize, Optimiser optimiser, double rate, Schedule schedule) {

  /** Checks the ranges. */
  public TrainingSettings {
    if (epochs < 1 || batchSize < 1 || !(rate > 0)) {
      throw new IllegalArgumentException("epochs, batch size and rate must be positive");
    }
  }
}
