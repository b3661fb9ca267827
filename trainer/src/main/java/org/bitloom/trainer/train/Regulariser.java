package org.bitloom.trainer.train;

/** What holds weights small; biases are left alone. */
public sealed interface Regulariser {

  /** Its work on one weight tensor: may remember numbers, which a checkpoint saves. */
  interface Applied {
    /** Adds the gradient of its penalty and returns the penalty. */
    default double penalise(float[] w, float[] g) {
      return 0;
    }

    /** Before the optimiser's step. */
    default void before(float[] w, double rate) {}

    /** After the optimiser's step. */
    default void after(float[] w) {}

    /** What it remembers. */
    default float[] memory() {
      return new float[0];
    }
  }

  /** For one tensor. */
  Applied apply();

  /** {@code lambda sum |w|}, with {@code sgn(0) = 0}. */
  record L1(double lambda) implements Regulariser {
    @Override
    public Applied apply() {
      return new Applied() {
        @Override
        public double penalise(float[] w, float[] g) {
          double sum = 0;
          for (int i = 0; i < w.length; i++) {
            sum += Math.abs(w[i]);
            g[i] += (float) (lambda * Math.signum(w[i]));
          }
          return lambda * sum;
        }
      };
    }
  }

  /** {@code lambda / 2 sum w^2}. */
  record L2(double lambda) implements Regulariser {
    @Override
    public Applied apply() {
      return new Applied() {
        @Override
        public double penalise(float[] w, float[] g) {
          double sum = 0;
          for (int i = 0; i < w.length; i++) {
            sum += (double) w[i] * w[i];
            g[i] += (float) (lambda * w[i]);
          }
          return lambda / 2 * sum;
        }
      };
    }
  }

  /**
   * {@code w <- (1 - rate lambda) w} before the step (with Adam: AdamW, Loshchilov, Hutter 2019).
   */
  record WeightDecay(double lambda) implements Regulariser {
    @Override
    public Applied apply() {
      return new Applied() {
        @Override
        public void before(float[] w, double rate) {
          float keep = (float) (1 - rate * lambda);
          for (int i = 0; i < w.length; i++) {
            w[i] *= keep;
          }
        }
      };
    }
  }

  /** Weights clamped to {@code [-c, c]} after the step. */
  record WeightClipping(double c) implements Regulariser {
    /** Checks the range. */
    public WeightClipping {
      if (!(c > 0)) {
        throw new IllegalArgumentException("weight_clipping must be positive");
      }
    }

    @Override
    public Applied apply() {
      return new Applied() {
        @Override
        public void after(float[] w) {
          float limit = (float) c;
          for (int i = 0; i < w.length; i++) {
            w[i] = Math.clamp(w[i], -limit, limit);
          }
        }
      };
    }
  }

  /** The norm of a tensor held at most {@code k} by projection after the step. */
  record NormProjection(double k) implements Regulariser {
    /** Checks the range. */
    public NormProjection {
      if (!(k > 0)) {
        throw new IllegalArgumentException("max_norm must be positive");
      }
    }

    @Override
    public Applied apply() {
      return new Applied() {
        @Override
        public void after(float[] w) {
          double norm = norm(w);
          if (norm > k) {
            float factor = (float) (k / norm);
            for (int i = 0; i < w.length; i++) {
              w[i] *= factor;
            }
          }
        }
      };
    }
  }

  /**
   * The norm of a tensor held at most {@code k} by a multiplier: the penalty is {@code mu (|w| -
   * k)}, and {@code mu <- max(0, mu + step (|w| - k))} after every step (dual ascent).
   */
  record NormMultiplier(double k, double step) implements Regulariser {
    /** Checks the ranges. */
    public NormMultiplier {
      if (!(k > 0) || !(step > 0)) {
        throw new IllegalArgumentException("norm_multiplier needs positive k and step");
      }
    }

    @Override
    public Applied apply() {
      float[] mu = new float[1];
      return new Applied() {
        @Override
        public double penalise(float[] w, float[] g) {
          double norm = norm(w);
          for (int i = 0; i < w.length && norm > 0; i++) {
            g[i] += (float) (mu[0] * w[i] / norm);
          }
          return mu[0] * (norm - k);
        }

        @Override
        public void after(float[] w) {
          mu[0] = (float) Math.max(0, mu[0] + step * (norm(w) - k));
        }

        @Override
        public float[] memory() {
          return mu;
        }
      };
    }
  }

  private static double norm(float[] w) {
    double sum = 0;
    for (float v : w) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }
}
