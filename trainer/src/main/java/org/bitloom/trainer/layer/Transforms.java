package org.bitloom.trainer.layer;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.tensor.Shape;

/** The transforms of weights {@code [k]...}: a row is one output's weights. */
public final class Transforms {
  private Transforms() {}

  /**
   * Weight normalization (Salimans and Kingma, 2016): {@code w' = g w / |w|} for each output, g
   * starting as {@code |w|}.
   */
  public static final class WeightNorm implements Transform {
    private final Parameter g;

    /** For a weight {@code [k]...} of that name. */
    public WeightNorm(Parameter weight) {
      g = Parameter.constant(weight.name() + ".g", Shape.of(weight.shape().dim(0)), 1);
      begin(weight.values());
    }

    @Override
    public List<Parameter> own() {
      return List.of(g);
    }

    @Override
    public void begin(float[] values) {
      int depth = values.length / g.values().length;
      for (int k = 0; k < g.values().length; k++) {
        g.values()[k] = (float) norm(values, k * depth, depth);
      }
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      int depth = in.length / g.values().length;
      for (int k = 0; k < g.values().length; k++) {
        double n = norm(in, k * depth, depth);
        float factor = (float) (n == 0 ? 0 : g.values()[k] / n);
        for (int i = k * depth; i < (k + 1) * depth; i++) {
          out[i] = in[i] * factor;
        }
      }
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      float[] dg = all.of(g);
      int depth = in.length / dg.length;
      for (int k = 0; k < dg.length; k++) {
        double n = norm(in, k * depth, depth);
        if (n == 0) {
          continue;
        }
        double dot = 0;
        for (int i = k * depth; i < (k + 1) * depth; i++) {
          dot += (double) gradient[i] * in[i];
        }
        double scale = g.values()[k] / n;
        for (int i = k * depth; i < (k + 1) * depth; i++) {
          gradient[i] = (float) (scale * (gradient[i] - dot / (n * n) * in[i]));
        }
        dg[k] += (float) (dot / n);
      }
    }
  }

  /**
   * Spectral normalization (Miyato et al., 2018): {@code W' = W / sigma(W)}, the largest singular
   * value by one step of power iteration a training step, the gradient with u and v held.
   */
  public static final class SpectralNorm implements Transform {
    private final float[] u;
    private final float[] v;

    /** For a weight {@code [k]...}; u begins from a fixed seed. */
    public SpectralNorm(Parameter weight) {
      u = new float[weight.shape().dim(0)];
      v = new float[weight.values().length / u.length];
      begin(weight.values());
    }

    @Override
    public List<float[]> state() {
      return List.of(u, v);
    }

    @Override
    public void begin(float[] values) {
      SplittableRandom r = new SplittableRandom(1);
      for (int i = 0; i < u.length; i++) {
        u[i] = (float) r.nextGaussian();
      }
      for (int i = 0; i < 30; i++) {
        iterate(values);
      }
    }

    private void iterate(float[] w) {
      Arrays.fill(v, 0);
      for (int k = 0; k < u.length; k++) {
        for (int i = 0; i < v.length; i++) {
          v[i] += w[k * v.length + i] * u[k];
        }
      }
      normalise(v);
      for (int k = 0; k < u.length; k++) {
        u[k] = (float) dot(w, k);
      }
      normalise(u);
    }

    private double dot(float[] w, int k) {
      double s = 0;
      for (int i = 0; i < v.length; i++) {
        s += (double) w[k * v.length + i] * v[i];
      }
      return s;
    }

    private static void normalise(float[] x) {
      double n = norm(x, 0, x.length);
      for (int i = 0; n > 0 && i < x.length; i++) {
        x[i] = (float) (x[i] / n);
      }
    }

    /** The largest singular value, {@code u' W v}. */
    public double sigma(float[] w) {
      double s = 0;
      for (int k = 0; k < u.length; k++) {
        s += u[k] * dot(w, k);
      }
      return s;
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      if (training) {
        iterate(in);
      }
      double s = sigma(in);
      for (int i = 0; i < in.length; i++) {
        out[i] = (float) (s == 0 ? 0 : in[i] / s);
      }
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      double s = sigma(in);
      double dot = 0;
      for (int i = 0; i < in.length; i++) {
        dot += (double) gradient[i] * out[i];
      }
      for (int k = 0; k < u.length; k++) {
        for (int i = 0; i < v.length; i++) {
          int at = k * v.length + i;
          gradient[at] = (float) (s == 0 ? 0 : (gradient[at] - dot * u[k] * v[i]) / s);
        }
      }
    }
  }

  /** Weights held at zero: pruning. */
  public static final class Mask implements Transform {
    private final float[] mask;

    /** A mask of ones and zeros; taken over. */
    public Mask(float[] mask) {
      this.mask = mask;
    }

    /** Ones and zeros; shared, not a copy. */
    public float[] mask() {
      return mask;
    }

    @Override
    public List<float[]> state() {
      return List.of(mask);
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      for (int i = 0; i < in.length; i++) {
        out[i] = in[i] * mask[i];
      }
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      for (int i = 0; i < in.length; i++) {
        gradient[i] *= mask[i];
      }
    }
  }

  /**
   * Shared weights (Han et al., 2016): {@code w'_i = centroid[assignment_i]}; a centroid's gradient
   * is the sum of its weights'.
   */
  public static final class Clusters implements Transform {
    private final float[] assignment;
    private final Parameter centroids;

    /** Indices of centroids, one for each weight. */
    public Clusters(String name, float[] centroids, int[] assignment) {
      this.centroids = new Parameter(name + ".centroids", Shape.of(centroids.length), centroids);
      this.assignment = new float[assignment.length];
      for (int i = 0; i < assignment.length; i++) {
        this.assignment[i] = assignment[i];
      }
    }

    /** The shared values. */
    public Parameter centroids() {
      return centroids;
    }

    /** The centroid of weight {@code i}. */
    public int assignment(int i) {
      return (int) assignment[i];
    }

    @Override
    public List<Parameter> own() {
      return List.of(centroids);
    }

    @Override
    public List<float[]> state() {
      return List.of(assignment);
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      for (int i = 0; i < in.length; i++) {
        out[i] = centroids.values()[(int) assignment[i]];
      }
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      float[] dc = all.of(centroids);
      for (int i = 0; i < in.length; i++) {
        dc[(int) assignment[i]] += gradient[i];
      }
      Arrays.fill(gradient, 0);
    }
  }

  /** Values that training leaves alone. */
  public static final class Frozen implements Transform {
    private final float[] constant;

    /** What the values stay. */
    public Frozen(float[] constant) {
      this.constant = constant.clone();
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      System.arraycopy(constant, 0, out, 0, out.length);
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      Arrays.fill(gradient, 0);
    }
  }

  /**
   * DropConnect (Wan et al., 2013): while training a weight is zeroed with probability {@code rate}
   * and the others are divided by {@code 1 - rate}; the expectation of a weight stays.
   */
  public static final class DropConnect implements Transform {
    private final double rate;
    private float[] mask = new float[0];

    /** A rate in [0, 1). */
    public DropConnect(double rate) {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("drop_connect " + rate + " is outside [0, 1)");
      }
      this.rate = rate;
    }

    @Override
    public void apply(float[] in, float[] out, boolean training, long seed) {
      if (mask.length != in.length) {
        mask = new float[in.length];
      }
      SplittableRandom r = new SplittableRandom(seed);
      for (int i = 0; i < in.length; i++) {
        mask[i] = !training ? 1 : r.nextDouble() < rate ? 0 : (float) (1 / (1 - rate));
        out[i] = in[i] * mask[i];
      }
    }

    @Override
    public void backward(float[] in, float[] out, float[] gradient, Gradients all) {
      for (int i = 0; i < in.length; i++) {
        gradient[i] *= mask[i];
      }
    }
  }

  private static double norm(float[] w, int from, int length) {
    double s = 0;
    for (int i = from; i < from + length; i++) {
      s += (double) w[i] * w[i];
    }
    return Math.sqrt(s);
  }
}
