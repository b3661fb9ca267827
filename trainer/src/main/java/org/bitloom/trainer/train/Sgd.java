package org.bitloom.trainer.train;

/**
 * Stochastic gradient descent with momentum: {@code v <- momentum v - rate g; w <- w + v} (Polyak,
 * 1964). With Nesterov's momentum the gradient is that at {@code w + momentum v} (Sutskever et al.,
 * 2013): the values held while training are that point, {@code x <- x + momentum v' + (v' -
 * momentum v)}.
 *
 * @param momentum 0 to below 1
 * @param nesterov whether the gradient is taken ahead
 */
public record Sgd(double momentum, boolean nesterov) implements Optimiser {

  /** Checks the range. */
  public Sgd {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum " + momentum + " is outside [0, 1)");
    }
  }

  /** Plain momentum. */
  public Sgd(double momentum) {
    this(momentum, false);
  }

  @Override
  public State newState(int size) {
    float[] v = new float[size];
    return State.of(
        (w, g, rate, t) -> {
          for (int i = 0; i < w.length; i++) {
            float before = v[i];
            v[i] = (float) (momentum * v[i] - rate * g[i]);
            w[i] += nesterov ? (float) (momentum * v[i] + (v[i] - momentum * before)) : v[i];
          }
        },
        v);
  }
}
