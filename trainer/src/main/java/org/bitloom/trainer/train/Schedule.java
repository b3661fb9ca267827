package org.bitloom.trainer.train;

/** How the learning rate changes over a training run: a factor on it. */
public sealed interface Schedule {

  /**
   * The factor after {@code epochs} epochs (with a fraction) of {@code all}.
   *
   * @param epochs 0 to {@code all}
   */
  double factor(double epochs, double all);

  /** It does not change. */
  record Constant() implements Schedule {
    @Override
    public double factor(double epochs, double all) {
      return 1;
    }
  }

  /** Half a cosine from 1 down to 0 (Loshchilov and Hutter, 2017). */
  record Cosine() implements Schedule {
    @Override
    public double factor(double epochs, double all) {
      return 0.5 * (1 + Math.cos(Math.PI * Math.min(epochs / all, 1)));
    }
  }

  /** Times {@code by} every {@code every} epochs. */
  record Step(int every, double by) implements Schedule {
    /** Checks the ranges. */
    public Step {
      if (every < 1 || !(by > 0)) {
        throw new IllegalArgumentException("every and by of a step schedule must be positive");
      }
    }

    @Override
    public double factor(double epochs, double all) {
      return Math.pow(by, Math.floor(epochs / every));
    }
  }

  /** {@code 1 / (1 + beta t)}, t in epochs. */
  record InverseTime(double beta) implements Schedule {
    @Override
    public double factor(double epochs, double all) {
      return 1 / (1 + beta * epochs);
    }
  }

  /** {@code beta^t}, t in epochs. */
  record Exponential(double beta) implements Schedule {
    @Override
    public double factor(double epochs, double all) {
      return Math.pow(beta, epochs);
    }
  }

  /** {@code exp(-beta t)}, t in epochs. */
  record NaturalExponential(double beta) implements Schedule {
    @Override
    public double factor(double epochs, double all) {
      return Math.exp(-beta * epochs);
    }
  }

  /** From 0 up to 1 over some epochs, then another schedule for the rest. */
  record WarmUp(double warmUp, Schedule then) implements Schedule {
    /** Checks the range. */
    public WarmUp {
      if (!(warmUp > 0)) {
        throw new IllegalArgumentException("warm_up must be positive");
      }
    }

    @Override
    public double factor(double epochs, double all) {
      return epochs < warmUp ? epochs / warmUp : then.factor(epochs - warmUp, all - warmUp);
    }
  }
}
