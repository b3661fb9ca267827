package org.bitloom.trainer.compress;

import org.bitloom.fixedpoint.calibrate.KMeans;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Transforms;

/** Weights drawn together to a few shared values (Han et al., 2016). */
public final class WeightSharing {
  private WeightSharing() {}

  /**
   * Attaches {@code 2^bits} clusters to every weight tensor that has none; training then moves the
   * centroids.
   */
  public static void cluster(FloatNetwork network, int bits, KMeans.Start start) {
    for (Layer l : network.layers()) {
      switch (l) {
        case Conv2dLayer c -> cluster(c.weight(), bits, start);
        case DenseLayer d -> cluster(d.weight(), bits, start);
        default -> {}
      }
    }
  }

  /** Attaches clusters to one weight tensor, unless it ends in some. */
  public static void cluster(Parameter w, int bits, KMeans.Start start) {
    if (!w.transforms().isEmpty() && w.transforms().getLast() instanceof Transforms.Clusters) {
      return;
    }
    float[] v = w.effective();
    double[] c = KMeans.centroids(v, 1 << bits, start, 1);
    float[] centroids = new float[c.length];
    int[] assignment = new int[v.length];
    for (int i = 0; i < c.length; i++) {
      centroids[i] = (float) c[i];
    }
    for (int i = 0; i < v.length; i++) {
      assignment[i] = KMeans.nearest(c, v[i]);
    }
    w.attach(new Transforms.Clusters(w.name(), centroids, assignment));
  }
}
