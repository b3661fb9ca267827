package org.bitloom.trainer.layer;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Normalization of each sample over groups of channels (Wu and He, 2018): {@code y = gamma (x -
 * mean) / sqrt(variance + epsilon) + beta}, mean and variance over the pixels and channels of a
 * group, gamma and beta for each channel. One group is layer normalization (Ba et al., 2016), as
 * many as channels instance normalization (Ulyanov et al., 2016).
 */
public final class GroupNormLayer implements Layer {
  private final String name;
  private final Shape input;
  private final int groups;
  private final double epsilon;
  private final Parameter gamma;
  private final Parameter beta;

  /** Gamma 1, beta 0. */
  public GroupNormLayer(String name, Shape input, int groups, double epsilon) {
    if (groups < 1 || input.channels() % groups != 0) {
      throw new IllegalArgumentException(
          name + ": " + groups + " groups do not divide " + input.channels() + " channels");
    }
    this.name = name;
    this.input = input;
    this.groups = groups;
    this.epsilon = epsilon;
    gamma = Parameter.constant(name + ".gamma", Shape.of(input.channels()), 1);
    beta = Parameter.zeros(name + ".beta", Shape.of(input.channels()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public Shape output() {
    return input;
  }

  /** Number of groups. */
  public int groups() {
    return groups;
  }

  /** What is added to the variance. */
  public double epsilon() {
    return epsilon;
  }

  /** Factor of each channel. */
  public Parameter gamma() {
    return gamma;
  }

  /** Offset of each channel. */
  public Parameter beta() {
    return beta;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gamma, beta);
  }

  @Override
  public void initialise(Initialisation how, RandomGenerator random) {
    Arrays.fill(gamma.values(), 1);
    Arrays.fill(beta.values(), 0);
  }

  @Override
  public Pass newPass(int samples) {
    return new NormPass(samples);
  }

  private final class NormPass implements Pass {
    private final int channels = input.channels();
    private final int pixels = input.height() * input.width();
    private final int depth = channels / groups;
    private final float[] y;
    private final float[] dx;
    private final double[] mean;
    private final double[] inverse;
    private float[] x;

    NormPass(int samples) {
      y = new float[samples * input.size()];
      dx = new float[y.length];
      mean = new double[samples * groups];
      inverse = new double[samples * groups];
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      float[] ga = run.values().of(gamma);
      float[] be = run.values().of(beta);
      for (int i = 0; i < n * groups; i++) {
        int from = i / groups * input.size() + i % groups * depth;
        double sum = 0;
        double squares = 0;
        for (int p = 0; p < pixels; p++) {
          for (int c = from + p * channels; c < from + p * channels + depth; c++) {
            sum += x[c];
            squares += (double) x[c] * x[c];
          }
        }
        double m = sum / (pixels * depth);
        mean[i] = m;
        inverse[i] = 1 / Math.sqrt(Math.max(0, squares / (pixels * depth) - m * m) + epsilon);
        for (int p = 0; p < pixels; p++) {
          for (int c = 0; c < depth; c++) {
            int at = from + p * channels + c;
            int channel = i % groups * depth + c;
            y[at] = (float) ((x[at] - m) * inverse[i] * ga[channel] + be[channel]);
          }
        }
      }
      return y;
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      float[] ga = run.values().of(gamma);
      float[] dGamma = g.of(gamma);
      float[] dBeta = g.of(beta);
      for (int i = 0; i < n * groups; i++) {
        int from = i / groups * input.size() + i % groups * depth;
        double sum = 0;
        double dot = 0;
        for (int p = 0; p < pixels; p++) {
          for (int c = 0; c < depth; c++) {
            int at = from + p * channels + c;
            int channel = i % groups * depth + c;
            double hat = (x[at] - mean[i]) * inverse[i];
            dGamma[channel] += (float) (dy[at] * hat);
            dBeta[channel] += dy[at];
            sum += dy[at] * ga[channel];
            dot += dy[at] * ga[channel] * hat;
          }
        }
        int count = pixels * depth;
        for (int p = 0; p < pixels; p++) {
          for (int c = 0; c < depth; c++) {
            int at = from + p * channels + c;
            double hat = (x[at] - mean[i]) * inverse[i];
            double d = dy[at] * ga[i % groups * depth + c];
            dx[at] = (float) (inverse[i] * (d - sum / count - hat * dot / count));
          }
        }
      }
      return new float[][] {dx};
    }
  }
}
