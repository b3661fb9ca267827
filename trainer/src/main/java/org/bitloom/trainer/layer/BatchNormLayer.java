package org.bitloom.trainer.layer;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Batch normalization (Ioffe and Szegedy, 2015): {@code y = gamma (x - mean) / sqrt(variance +
 * epsilon) + beta} for each channel; mean and variance are the batch's while training, over all
 * chunks of it, and running averages otherwise. Running averages move by {@code momentum}; the
 * running variance is the unbiased one, as other frameworks have it.
 */
public final class BatchNormLayer implements Layer {
  private final String name;
  private final Shape input;
  private final double momentum;
  private final double epsilon;
  private final Parameter gamma;
  private final Parameter beta;
  private final float[] mean;
  private final float[] variance;

  /** A layer that changes nothing yet: gamma 1, beta 0, mean 0, variance 1. */
  public BatchNormLayer(String name, Shape input, double momentum, double epsilon) {
    this(
        name,
        input,
        momentum,
        epsilon,
        Parameter.constant(name + ".gamma", Shape.of(input.channels()), 1),
        Parameter.zeros(name + ".beta", Shape.of(input.channels())),
        new float[input.channels()],
        Parameter.constant("", Shape.of(input.channels()), 1).values());
  }

  /**
   * A layer with given numbers, each {@code [c]}.
   *
   * @param momentum share of the new batch in the running averages, 0 to 1
   * @param epsilon added to the variance
   */
  public BatchNormLayer(
      String name,
      Shape input,
      double momentum,
      double epsilon,
      Parameter gamma,
      Parameter beta,
      float[] mean,
      float[] variance) {
    if (!(momentum >= 0 && momentum <= 1) || !(epsilon > 0)) {
      throw new IllegalArgumentException(
          name + ": momentum must lie in [0, 1] and epsilon be positive");
    }
    int c = input.channels();
    if (gamma.values().length != c
        || beta.values().length != c
        || mean.length != c
        || variance.length != c) {
      throw new IllegalArgumentException(name + ": needs " + c + " numbers of each kind");
    }
    this.name = name;
    this.input = input;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.gamma = gamma;
    this.beta = beta;
    this.mean = mean;
    this.variance = variance;
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

  /** Factor of each channel. */
  public Parameter gamma() {
    return gamma;
  }

  /** Offset of each channel. */
  public Parameter beta() {
    return beta;
  }

  /** Running mean; shared, not a copy. */
  public float[] mean() {
    return mean;
  }

  /** Running variance; shared, not a copy. */
  public float[] variance() {
    return variance;
  }

  /** What is added to the variance. */
  public double epsilon() {
    return epsilon;
  }

  /** Share of a new batch in the running averages. */
  public double momentum() {
    return momentum;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gamma, beta);
  }

  @Override
  public List<float[]> state() {
    return List.of(mean, variance);
  }

  @Override
  public void initialise(Initialisation how, RandomGenerator random) {
    Arrays.fill(gamma.values(), 1);
    Arrays.fill(beta.values(), 0);
    Arrays.fill(mean, 0);
    Arrays.fill(variance, 1);
  }

  /** Moves running averages towards a batch's moments, of {@code count} numbers each. */
  public static void move(
      float[] mean, float[] variance, double momentum, double[] m, double[] v, double count) {
    double unbiased = count > 1 ? count / (count - 1) : 1;
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) ((1 - momentum) * mean[c] + momentum * m[c]);
      variance[c] = (float) ((1 - momentum) * variance[c] + momentum * v[c] * unbiased);
    }
  }

  @Override
  public Pass newPass(int samples) {
    return new NormPass(samples);
  }

  private final class NormPass implements Joint {
    private final int channels = input.channels();
    private final int pixels = input.height() * input.width();
    private final float[] y;
    private final float[] dx;
    private final float[] a = new float[channels]; // y = a x + b
    private final float[] b = new float[channels];
    private final double[] mu = new double[channels];
    private final double[] inverse = new double[channels];
    private final float[] fromX = new float[channels]; // dx = a dy + fromX x + constant
    private final float[] constant = new float[channels];
    private double count;
    private float[] x;
    private double[] own; // this chunk's sums of gradients

    NormPass(int samples) {
      y = new float[samples * input.size()];
      dx = new float[y.length];
    }

    @Override
    public double[] collect(float[][] xs, int n, Run run) {
      double[] sums = new double[2 * channels + 1];
      addSums(xs[0], xs[0], n, sums);
      sums[2 * channels] = (double) n * pixels;
      return sums;
    }

    /** Sums of each sample in float32, of all samples in double. */
    private void addSums(float[] v, float[] other, int n, double[] sums) {
      float[] sum = new float[channels];
      float[] dot = new float[channels];
      for (int i = 0; i < n; i++) {
        Arrays.fill(sum, 0);
        Arrays.fill(dot, 0);
        Kernels.BEST.sums(v, other, i * pixels, pixels, sum, dot);
        for (int c = 0; c < channels; c++) {
          sums[c] += sum[c];
          sums[channels + c] += dot[c];
        }
      }
    }

    private double variance(double[] sums, int c) {
      double m = sums[c] / sums[2 * channels];
      return Math.max(0, sums[channels + c] / sums[2 * channels] - m * m);
    }

    @Override
    public void use(double[] sums, Run run) {
      count = sums[2 * channels];
      for (int c = 0; c < channels; c++) {
        set(c, sums[c] / count, variance(sums, c), run);
      }
    }

    private void set(int c, double m, double v, Run run) {
      mu[c] = m;
      inverse[c] = 1 / Math.sqrt(v + epsilon);
      double factor = run.values().of(gamma)[c] * inverse[c];
      a[c] = (float) factor;
      b[c] = (float) (run.values().of(beta)[c] - m * factor);
    }

    @Override
    public float[] forward(float[][] xs, int n, Run run) {
      x = xs[0];
      for (int c = 0; !run.training() && c < channels; c++) {
        set(c, mean[c], variance[c], run);
      }
      Kernels.BEST.scale(x, y, n * pixels, a, b);
      return y;
    }

    @Override
    public double[] collectBackward(float[] dy, int n, Run run) {
      double[] sums = new double[2 * channels];
      addSums(dy, x, n, sums);
      for (int c = 0; c < channels; c++) { // of dy x to dy (x - mean) / deviation
        sums[channels + c] = (sums[channels + c] - mu[c] * sums[c]) * inverse[c];
      }
      own = sums;
      return sums;
    }

    @Override
    public void useBackward(double[] sums) {
      for (int c = 0; c < channels; c++) {
        double p = -a[c] / count * sums[channels + c] * inverse[c];
        fromX[c] = (float) p;
        constant[c] = (float) (-a[c] / count * sums[c] - p * mu[c]);
      }
    }

    @Override
    public float[][] backward(float[] dy, int n, Run run, Gradients g, boolean wantInput) {
      if (!run.training()) {
        collectBackward(dy, n, run);
        Arrays.fill(fromX, 0);
        Arrays.fill(constant, 0);
      }
      float[] dGamma = g.of(gamma);
      float[] dBeta = g.of(beta);
      for (int c = 0; c < channels; c++) {
        dBeta[c] += (float) own[c];
        dGamma[c] += (float) own[channels + c];
      }
      Kernels.BEST.combine(dy, x, dx, n * pixels, a, fromX, constant);
      return new float[][] {dx};
    }

    @Override
    public void absorb(double[] sums) {
      double n = sums[2 * channels];
      double[] m = new double[channels];
      double[] v = new double[channels];
      for (int c = 0; c < channels; c++) {
        m[c] = sums[c] / n;
        v[c] = variance(sums, c);
      }
      move(mean, variance, momentum, m, v, n);
    }
  }
}
