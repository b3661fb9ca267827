package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;

/**
 * What looks wrong in a trained network.
 *
 * @param activations one entry for each activation layer
 */
public record Diagnosis(List<Entry> activations) {
  private static final double MUCH_DEAD = 0.25;
  private static final double MUCH_SATURATED = 0.5;
  private static final double EDGE = 0.02; // of the slope's largest value: saturated

  /**
   * One activation layer.
   *
   * @param layer its name
   * @param channels its channels
   * @param dead channels that never left zero
   * @param saturated share of values where the function is flat, 0 to 1
   */
  public record Entry(String layer, int channels, int dead, double saturated) {}

  /** Runs images through a network and looks at its activations. */
  public static Diagnosis of(FloatNetwork network, Dataset data) {
    int nodes = network.nodes().size();
    boolean[][] alive = new boolean[nodes][];
    long[] flat = new long[nodes];
    long[] count = new long[nodes];
    NetworkPass pass = new NetworkPass(network, 1);
    float[] x = new float[network.input().size()];
    for (int i = 0; i < data.size(); i++) {
      data.reals(i, x, 0);
      pass.forward(
          x,
          1,
          (node, y) -> {
            if (network.nodes().get(node).layer() instanceof ActivationLayer a) {
              float[] in = pass.tensor(network.nodes().get(node).inputs().getFirst());
              int c = a.input().channels();
              alive[node] = alive[node] == null ? new boolean[c] : alive[node];
              for (int j = 0; j < a.input().size(); j++) {
                alive[node][j % c] |= y[j] != 0;
                flat[node] += saturated(a.function(), in[j], y[j]) ? 1 : 0;
              }
              count[node] += a.input().size();
            }
          });
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      if (network.nodes().get(i).layer() instanceof ActivationLayer a && alive[i] != null) {
        int dead = 0;
        for (boolean b : alive[i]) {
          dead += b ? 0 : 1;
        }
        double share = (double) flat[i] / count[i];
        entries.add(new Entry(a.name(), alive[i].length, dead, share));
      }
    }
    return new Diagnosis(entries);
  }

  /** Functions with two flat ends; a rectifier at zero is at rest, not saturated. */
  private static boolean saturated(Activation f, double x, double y) {
    return switch (f) {
      case Activation.Sigmoid s -> f.derivative(x, y) < EDGE / 4;
      case Activation.Tanh t -> f.derivative(x, y) < EDGE;
      case Activation.HardSigmoid h -> f.derivative(x, y) == 0;
      case Activation.Relu6 r -> x >= 6;
      default -> false;
    };
  }

  /** One line for each layer that looks wrong. */
  public List<String> warnings() {
    List<String> lines = new ArrayList<>();
    for (Entry e : activations) {
      if (e.dead > MUCH_DEAD * e.channels) {
        lines.add(
            e.layer + ": " + e.dead + " of " + e.channels + " channels are dead (always zero)");
      }
      if (e.saturated > MUCH_SATURATED) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s: %.0f %% of the values are saturated",
                e.layer,
                100 * e.saturated));
      }
    }
    return lines;
  }
}
