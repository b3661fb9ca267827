package org.bitloom.trainer.train;

import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;

/** Single training steps on the first batches of a data set, over and over: for benchmarks. */
public final class StepTimer implements AutoCloseable {
  private final Trainer trainer;
  private final Dataset data;
  private final Workers workers = new Workers();
  private int next;

  /** Draws the starting values. */
  public StepTimer(FloatNetwork network, TrainingSettings settings, Dataset data) {
    this.trainer = new Trainer(network, settings);
    this.data = data;
  }

  /** One batch forward and backward and one step of the optimiser. */
  public void step() {
    trainer.step(data, next++, workers);
  }

  @Override
  public void close() {
    workers.close();
  }
}
