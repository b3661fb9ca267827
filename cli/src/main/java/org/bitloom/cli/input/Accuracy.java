package org.bitloom.cli.input;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.train.Workers;

/** Share of images whose largest output code is the label's, on all cores. */
public final class Accuracy {
  private Accuracy() {}

  /** The accuracy on a data set, 0 to 1. */
  public static double of(QuantizedNetwork network, Dataset data) {
    Samples.checkShape(data, network);
    FastExecutor executor = new FastExecutor(network);
    int parts = Math.min(data.size(), 64);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int p = 0; p < parts; p++) {
      int from = (int) ((long) data.size() * p / parts);
      int to = (int) ((long) data.size() * (p + 1) / parts);
      tasks.add(() -> right(executor, data, from, to));
    }
    try (Workers workers = new Workers()) {
      return workers.all(tasks).stream().mapToInt(Integer::intValue).sum() / (double) data.size();
    }
  }

  private static int right(FastExecutor executor, Dataset data, int from, int to) {
    int right = 0;
    for (int i = from; i < to; i++) {
      CodeTensor y = executor.output(Samples.image(data, i, executor.network()));
      int best = 0;
      for (int k = 1; k < y.size(); k++) {
        best = y.get(k) > y.get(best) ? k : best;
      }
      right += best == data.label(i) ? 1 : 0;
    }
    return right;
  }
}
