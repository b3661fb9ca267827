package org.bitloom.trainer.search;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Proposes the next point to try, from those tried: the same trials always lead to the same. */
public interface Proposer {

  /**
   * A point tried.
   *
   * @param point places between 0 and 1
   * @param score larger is better
   */
  record Trial(double[] point, double score) {}

  /** The next point, or null when there are no more. */
  double[] next(List<Trial> trials);

  /** Every point of a grid, in order. */
  static Proposer grid(Space space) {
    List<double[]> points = space.grid();
    return t -> t.size() < points.size() ? points.get(t.size()) : null;
  }

  /** Points drawn evenly. */
  static Proposer random(Space space, long seed) {
    return t -> {
      SplittableRandom r = new SplittableRandom(seed * 1_000_003 + t.size());
      return r.doubles(space.dimensions().size()).toArray();
    };
  }

  /**
   * A tree-structured Parzen estimator (Bergstra et al., 2011): densities l of the best quarter of
   * the points and g of the others; of 24 points drawn from l the one of largest l / g.
   */
  static Proposer parzen(Space space, long seed) {
    return new Parzen(space, seed);
  }

  /** The estimator. */
  final class Parzen implements Proposer {
    private static final int RANDOM = 6; // points before there is anything to estimate
    private static final double BEST = 0.25;
    private static final int CANDIDATES = 24;

    private final Space space;
    private final long seed;

    Parzen(Space space, long seed) {
      this.space = space;
      this.seed = seed;
    }

    @Override
    public double[] next(List<Trial> trials) {
      if (trials.size() < RANDOM) {
        return Proposer.random(space, seed).next(trials);
      }
      SplittableRandom r = new SplittableRandom(seed * 1_000_003 + trials.size());
      List<Trial> sorted =
          trials.stream().sorted(Comparator.comparingDouble((Trial t) -> -t.score())).toList();
      int cut = Math.max(2, (int) Math.ceil(BEST * sorted.size()));
      double[] point = new double[space.dimensions().size()];
      for (int d = 0; d < point.length; d++) {
        point[d] = best(sorted.subList(0, cut), sorted.subList(cut, sorted.size()), d, r);
      }
      return point;
    }

    private double best(List<Trial> good, List<Trial> bad, int d, SplittableRandom r) {
      double best = 0;
      double most = Double.NEGATIVE_INFINITY;
      double width = width(good.size());
      for (int i = 0; i < CANDIDATES; i++) {
        int of = r.nextInt(good.size() + 1); // the last one is the even prior
        double u =
            of == good.size()
                ? r.nextDouble()
                : Math.clamp(good.get(of).point()[d] + width * r.nextGaussian(), 0, 1 - 1e-9);
        double ratio = Math.log(density(good, d, u)) - Math.log(density(bad, d, u));
        if (ratio > most) {
          most = ratio;
          best = u;
        }
      }
      return best;
    }

    private static double width(int n) {
      return Math.max(0.05, 0.5 / Math.sqrt(n));
    }

    /** Gaussians around the points and an even prior. */
    private static double density(List<Trial> trials, int d, double u) {
      double width = width(Math.max(1, trials.size()));
      double sum = 1;
      for (Trial t : trials) {
        double z = (u - t.point()[d]) / width;
        sum += Math.exp(-z * z / 2) / (width * Math.sqrt(2 * Math.PI));
      }
      return sum / (trials.size() + 1);
    }
  }
}
