package org.bitloom.trainer.layer;

import java.util.SplittableRandom;
import org.bitloom.fixedpoint.tensor.Shape;

/** Noise while training; see {@link Noise} for its kinds. */
public record DropoutLayer(String name, Shape input, Noise noise) implements Layer {

  @Override
  public Shape output() {
    return input;
  }

  @Override
  public Pass newPass(int samples) {
    float[] y = new float[samples * input.size()];
    float[] factor = new float[y.length];
    float[] dx = new float[y.length];
    return new Pass() {
      private float[] x;

      @Override
      public float[] forward(float[][] xs, int n, Run run) {
        x = xs[0];
        SplittableRandom r = new SplittableRandom(run.seed() ^ name.hashCode() * 0x9E3779B97F4AL);
        for (int i = 0; i < n * input.size(); i++) {
          factor[i] = run.training() ? draw(r, x[i]) : rest(x[i]);
          y[i] = factor[i] * x[i];
        }
        return y;
      }

      @Override
      public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
        for (int i = 0; i < n * input.size(); i++) {
          double slope =
              !run.training() && noise instanceof Noise.Standout s
                  ? function(s).derivative(x[i], y[i])
                  : factor[i];
          dx[i] = (float) (dy[i] * slope);
        }
        return new float[][] {dx};
      }
    };
  }

  private float draw(SplittableRandom r, float x) {
    return switch (noise) {
      case Noise.Dropout d -> r.nextDouble() < d.rate() ? 0 : (float) (1 / (1 - d.rate()));
      case Noise.Gaussian g -> (float) (1 + Math.sqrt(g.variance()) * r.nextGaussian());
      case Noise.Standout s -> r.nextDouble() < function(s).keep(x) ? 1 : 0;
    };
  }

  private float rest(float x) {
    return noise instanceof Noise.Standout s ? (float) function(s).keep(x) : 1;
  }

  /** What standout does outside training, as a function of one number. */
  public static Activation.Standout function(Noise.Standout s) {
    return new Activation.Standout(s.alpha(), s.beta());
  }
}
