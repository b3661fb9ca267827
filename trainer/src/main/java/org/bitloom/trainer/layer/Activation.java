package org.bitloom.trainer.layer;

/** A function of one number, with its derivative. */
public sealed interface Activation {
  /** The word in configurations. */
  String word();

  /** The value at {@code x}. */
  double value(double x);

  /** The derivative at {@code x}, whose value is {@code y}. */
  double derivative(double x, double y);

  /** {@code max(x, 0)}; the derivative at 0 is 0. */
  record Relu() implements Activation {
    @Override
    public String word() {
      return "relu";
    }

    @Override
    public double value(double x) {
      return Math.max(x, 0);
    }

    @Override
    public double derivative(double x, double y) {
      return x > 0 ? 1 : 0;
    }
  }

  /**
   * Standout's expectation (Ba and Frey, 2013), the activation times its own keep probability:
   * {@code x / (1 + exp(-(alpha x + beta)))}. While training {@link DropoutLayer} draws instead.
   *
   * @param alpha slope of the probability
   * @param beta offset of the probability
   */
  record Standout(double alpha, double beta) implements Activation {
    @Override
    public String word() {
      return "standout";
    }

    /** The probability that a unit is kept. */
    public double keep(double x) {
      return 1 / (1 + Math.exp(-(alpha * x + beta)));
    }

    @Override
    public double value(double x) {
      return x * keep(x);
    }

    @Override
    public double derivative(double x, double y) {
      double p = keep(x);
      return p + x * alpha * p * (1 - p);
    }
  }

  /** {@code 1 / (1 + exp(-x))}; derivative {@code y (1 - y)}. */
  record Sigmoid() implements Activation {
    @Override
    public String word() {
      return "sigmoid";
    }

    @Override
    public double value(double x) {
      return 1 / (1 + Math.exp(-x));
    }

    @Override
    public double derivative(double x, double y) {
      return y * (1 - y);
    }
  }

  /** The hyperbolic tangent; derivative {@code 1 - y^2}. */
  record Tanh() implements Activation {
    @Override
    public String word() {
      return "tanh";
    }

    @Override
    public double value(double x) {
      return Math.tanh(x);
    }

    @Override
    public double derivative(double x, double y) {
      return 1 - y * y;
    }
  }

  /** {@code min(max(x, 0), 6)}. */
  record Relu6() implements Activation {
    private static final double LIMIT = 6;

    @Override
    public String word() {
      return "relu6";
    }

    @Override
    public double value(double x) {
      return Math.clamp(x, 0, LIMIT);
    }

    @Override
    public double derivative(double x, double y) {
      return x > 0 && x < LIMIT ? 1 : 0;
    }
  }

  /**
   * {@code x} if positive, else {@code alpha x}.
   *
   * @param alpha slope below 0, 0 to 1
   */
  record LeakyRelu(double alpha) implements Activation {
    /** Checks the range. */
    public LeakyRelu {
      if (!(alpha >= 0 && alpha <= 1)) {
        throw new IllegalArgumentException("alpha " + alpha + " is outside [0, 1]");
      }
    }

    @Override
    public String word() {
      return "leaky_relu";
    }

    @Override
    public double value(double x) {
      return x > 0 ? x : alpha * x;
    }

    @Override
    public double derivative(double x, double y) {
      return x > 0 ? 1 : alpha;
    }
  }

  /** {@code min(max(x / 6 + 1/2, 0), 1)} (Howard et al., 2019). */
  record HardSigmoid() implements Activation {
    @Override
    public String word() {
      return "hard_sigmoid";
    }

    @Override
    public double value(double x) {
      return Math.clamp(x / 6 + 0.5, 0, 1);
    }

    @Override
    public double derivative(double x, double y) {
      return y > 0 && y < 1 ? 1.0 / 6 : 0;
    }
  }

  /** {@code x min(max(x / 6 + 1/2, 0), 1)} (Howard et al., 2019). */
  record HardSwish() implements Activation {
    @Override
    public String word() {
      return "hard_swish";
    }

    @Override
    public double value(double x) {
      return x * Math.clamp(x / 6 + 0.5, 0, 1);
    }

    @Override
    public double derivative(double x, double y) {
      return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
    }
  }
}
