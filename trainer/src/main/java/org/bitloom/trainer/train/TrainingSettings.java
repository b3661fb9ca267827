package org.bitloom.trainer.train;

import java.util.List;
import org.bitloom.trainer.data.Augmentation;
import org.bitloom.trainer.layer.Initialisation;

/**
 * How to train.
 *
 * @param seed everything random follows from it
 * @param epochs passes over the training set, at least 1
 * @param batchSize samples a step, at least 1; as many as samples for batch gradient descent
 * @param optimiser the step rule
 * @param rate learning rate at the start
 * @param schedule its course
 * @param loss what is made small
 * @param clipping of gradients
 * @param regularisers of weights
 * @param initialisation starting values
 * @param validation share of the training samples held out, 0 to below 1
 * @param patience epochs without a better accuracy on them before training ends, 0: never
 * @param extras what else happens to samples, weights and loss
 */
public record TrainingSettings(
    long seed,
    int epochs,
    int batchSize,
    Optimiser optimiser,
    double rate,
    Schedule schedule,
    Loss loss,
    Clipping clipping,
    List<Regulariser> regularisers,
    Initialisation initialisation,
    double validation,
    int patience,
    Extras extras) {

  /**
   * What is done besides.
   *
   * @param augmentation of training images
   * @param distillation from a teacher, or null
   * @param pruning of weights, or null
   * @param keepWeights whether the network's weights are where training begins, instead of drawn
   */
  public record Extras(
      Augmentation augmentation, Distillation distillation, Pruning pruning, boolean keepWeights) {
    /** Nothing. */
    public static final Extras NONE = new Extras(Augmentation.NONE, null, null, false);

    /** The same, beginning from the network's weights. */
    public Extras keeping() {
      return new Extras(augmentation, distillation, pruning, true);
    }
  }

  /** Checks the ranges. */
  public TrainingSettings {
    if (epochs < 1 || batchSize < 1 || !(rate > 0)) {
      throw new IllegalArgumentException("epochs, batch size and rate must be positive");
    }
    if (!(validation >= 0 && validation < 1) || patience < 0) {
      throw new IllegalArgumentException("validation must lie in [0, 1), patience not be negative");
    }
    if (patience > 0 && validation == 0) {
      throw new IllegalArgumentException(
          "early stopping needs validation samples, write validation: 0.1");
    }
    regularisers = List.copyOf(regularisers);
  }

  /** Cross entropy, nothing clipped or regularised, He's starting values, no validation. */
  public TrainingSettings(
      long seed, int epochs, int batchSize, Optimiser optimiser, double rate, Schedule schedule) {
    this(
        seed,
        epochs,
        batchSize,
        optimiser,
        rate,
        schedule,
        new SoftmaxCrossEntropy(0),
        Clipping.NONE,
        List.of(),
        Initialisation.HE,
        0,
        0,
        Extras.NONE);
  }

  /** The same with other extras. */
  public TrainingSettings with(Extras other) {
    return new TrainingSettings(
        seed,
        epochs,
        batchSize,
        optimiser,
        rate,
        schedule,
        loss,
        clipping,
        regularisers,
        initialisation,
        validation,
        patience,
        other);
  }
}
