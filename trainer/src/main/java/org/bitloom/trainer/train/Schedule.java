package org.bitloom.trainer.train;

/** How the learning rate changes over a training run. */
public enum Schedule {
  /** It does not. */
  CONSTANT,
  /** Half a cosine from 1 down to 0 (Loshchilov and Hutter, 2017). */
  COSINE;

  /** Factor on the rate at {@code progress} from 0 to 1. */
  public double factor(double progress) {
    return switch (this) {
      case CONSTANT -> 1;
      case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
    };
  }
}
