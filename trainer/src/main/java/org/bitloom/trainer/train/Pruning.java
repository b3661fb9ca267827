package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Transforms;

/**
 * Unstructured magnitude pruning: {@code w' = w} if {@code |w| >= tau}, else 0, with tau chosen so
 * that a share of the weights goes. Gradual pruning (Zhu and Gupta, 2017) follows {@code s(t) =
 * sparsity (1 - (1 - t)^3)} between begin and end; the mask is held everywhere else.
 *
 * @param sparsity share of zero weights at the end, 0 to below 1
 * @param begin share of the run after which pruning begins
 * @param end share of the run at which the sparsity is reached; {@code begin} for one shot
 * @param global one threshold for all layers, scaled by each layer's root mean square, instead of
 *     the same share in each
 * @param hold whether weights that are zero already stay so
 */
public record Pruning(double sparsity, double begin, double end, boolean global, boolean hold) {
  private static final int EVERY = 50; // most steps between two moves of the masks
  private static final int MOVES = 20; // at least, while the sparsity rises

  /** Checks the ranges. */
  public Pruning {
    if (!(sparsity >= 0 && sparsity < 1) || !(begin >= 0 && end >= begin && end <= 1)) {
      throw new IllegalArgumentException(
          "pruning: sparsity must lie in [0, 1) and 0 <= begin <= end <= 1");
    }
  }

  /** The masks of a network; attached where there is none yet. */
  public List<Masked> attach(FloatNetwork network) {
    List<Masked> all = new ArrayList<>();
    for (Layer l : network.layers()) {
      Parameter w =
          switch (l) {
            case Conv2dLayer c -> c.weight();
            case DenseLayer d -> d.weight();
            default -> null;
          };
      if (w != null && all.stream().noneMatch(m -> m.weight == w)) {
        all.add(new Masked(w, mask(w)));
      }
    }
    return all;
  }

  private Transforms.Mask mask(Parameter w) {
    for (var t : w.transforms()) {
      if (t instanceof Transforms.Mask m) {
        return m;
      }
    }
    float[] ones = new float[w.values().length];
    for (int i = 0; i < ones.length; i++) {
      ones[i] = hold && w.values()[i] == 0 ? 0 : 1;
    }
    Transforms.Mask m = new Transforms.Mask(ones);
    w.attach(m);
    return m;
  }

  /** A weight and its mask. */
  public record Masked(Parameter weight, Transforms.Mask mask) {}

  /** The sparsity wanted at a share of the run. */
  double at(double share) {
    if (share < begin) {
      return 0;
    }
    if (share >= end) {
      return sparsity;
    }
    return sparsity * (1 - Math.pow(1 - (share - begin) / (end - begin), 3));
  }

  /** Moves the masks before a step; nothing while the sparsity stands still. */
  void before(long step, long steps, List<Masked> weights) {
    if (sparsity == 0) {
      return;
    }
    long every = Math.clamp((long) (steps * (end - begin) / MOVES), 1, EVERY);
    double now = at((double) step / steps);
    double last = step < every ? 0 : at((double) (step - every) / steps);
    boolean jump = step > 0 && now == sparsity && at((double) (step - 1) / steps) < sparsity;
    boolean first = step == 0 && now > 0;
    if (jump || first || step % every == 0 && now > last) {
      prune(weights, now);
    }
  }

  private void prune(List<Masked> weights, double share) {
    double tau = global ? threshold(weights, share) : 0;
    for (Masked m : weights) {
      float[] w = m.weight.values();
      double limit = global ? tau * rms(w) : quantile(magnitudes(w, 1), share);
      for (int i = 0; i < w.length; i++) {
        boolean held = hold && m.mask.mask()[i] == 0;
        m.mask.mask()[i] = !held && Math.abs(w[i]) >= limit ? 1 : 0;
      }
    }
  }

  private static double threshold(List<Masked> weights, double share) {
    int n = weights.stream().mapToInt(m -> m.weight.values().length).sum();
    float[] all = new float[n];
    int at = 0;
    for (Masked m : weights) {
      float[] a = magnitudes(m.weight.values(), rms(m.weight.values()));
      System.arraycopy(a, 0, all, at, a.length);
      at += a.length;
    }
    return quantile(all, share);
  }

  private static float[] magnitudes(float[] w, double unit) {
    float[] a = new float[w.length];
    for (int i = 0; i < w.length; i++) {
      a[i] = (float) (unit == 0 ? 0 : Math.abs(w[i]) / unit);
    }
    return a;
  }

  private static double rms(float[] w) {
    double s = 0;
    for (float v : w) {
      s += (double) v * v;
    }
    return Math.sqrt(s / w.length);
  }

  private static double quantile(float[] a, double share) {
    Arrays.sort(a);
    return a[Math.min(a.length - 1, (int) Math.round(share * a.length))];
  }
}
