package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;

/**
 * A batch cut into chunks, each on its own pass. Chunks run without each other up to a joint layer,
 * such as batch normalization: there their sums are added in chunk order and handed to all. So the
 * result depends on the chunks' size, which is fixed, and not on the number of cores.
 */
final class BatchRun {
  private final Workers workers;
  private final List<NetworkPass> passes;
  private final int nodes;

  BatchRun(Workers workers, List<NetworkPass> passes) {
    this.workers = workers;
    this.passes = passes;
    this.nodes = passes.getFirst().size();
  }

  private boolean joint(int node, Layer.Run run) {
    return run.training() && passes.getFirst().pass(node) instanceof Layer.Joint;
  }

  private static Layer.Joint pass(NetworkPass p, int node) {
    return (Layer.Joint) p.pass(node);
  }

  private void each(int chunks, IntConsumer task) {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < chunks; i++) {
      int chunk = i;
      tasks.add(
          () -> {
            task.accept(chunk);
            return null;
          });
    }
    workers.all(tasks);
  }

  /**
   * Runs all nodes for the first {@code n.length} chunks.
   *
   * @param n samples of each chunk
   * @param runs how each chunk is run
   * @param begin loads a chunk's samples
   * @param end what follows the last node, such as the loss
   */
  void forward(int[] n, List<Layer.Run> runs, IntConsumer begin, IntConsumer end) {
    int chunks = n.length;
    double[][] sums = new double[chunks][];
    int from = 0;
    boolean first = true;
    while (first || from < nodes) {
      int start = from;
      int stop = start;
      while (stop < nodes && (stop == start && !first || !joint(stop, runs.getFirst()))) {
        stop++;
      }
      int until = stop;
      boolean beginning = first;
      each(
          chunks,
          i -> {
            if (beginning) {
              begin.accept(i);
            }
            NetworkPass p = passes.get(i);
            for (int node = start; node < until; node++) {
              p.forward(node, n[i], runs.get(i));
            }
            if (until < nodes) {
              sums[i] = pass(p, until).collect(p.inputs(until), n[i], runs.get(i));
            } else {
              end.accept(i);
            }
          });
      if (until < nodes) {
        double[] all = add(sums);
        for (int i = 0; i < chunks; i++) {
          pass(passes.get(i), until).use(all, runs.get(i));
        }
        pass(passes.getFirst(), until).absorb(all);
      }
      first = false;
      from = until;
    }
  }

  /** Runs all nodes backward; {@code gradient} gives the gradient of each chunk's output. */
  void backward(int[] n, List<Layer.Run> runs, List<float[]> gradient, List<Gradients> parameters) {
    int chunks = n.length;
    double[][] sums = new double[chunks][];
    int from = nodes - 1;
    boolean first = true;
    while (from >= 0) {
      int start = from;
      int stop = start;
      while (stop >= 0 && (stop == start && !first || !joint(stop, runs.getFirst()))) {
        stop--;
      }
      int until = stop;
      boolean beginning = first;
      each(
          chunks,
          i -> {
            NetworkPass p = passes.get(i);
            if (beginning) {
              p.beginBackward(gradient.get(i));
            }
            for (int node = start; node > until; node--) {
              p.backward(node, n[i], runs.get(i), parameters.get(i));
            }
            if (until >= 0) {
              sums[i] = pass(p, until).collectBackward(p.gradient(until), n[i], runs.get(i));
            }
          });
      if (until >= 0) {
        double[] all = add(sums);
        for (int i = 0; i < chunks; i++) {
          pass(passes.get(i), until).useBackward(all);
        }
      }
      first = false;
      from = until;
    }
  }

  private static double[] add(double[][] sums) {
    double[] all = sums[0].clone();
    for (int i = 1; i < sums.length; i++) {
      for (int j = 0; j < all.length; j++) {
        all[j] += sums[i][j];
      }
    }
    return all;
  }
}
