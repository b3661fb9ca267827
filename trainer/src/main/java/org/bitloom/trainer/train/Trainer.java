package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Parameter;

/**
 * Mini-batch training. A batch is cut into chunks of a fixed size, each chunk's gradient is
 * computed on its own, and the gradients are added in chunk order: the result does not depend on
 * the number of cores.
 */
public final class Trainer {
  /** Samples a worker takes at a time. */
  static final int CHUNK = 16;

  private final FloatNetwork network;
  private final TrainingSettings settings;
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Optimiser.State> states;
  private final List<List<Regulariser.Applied>> regularisers; // by parameter
  private final List<EpochResult> history = new ArrayList<>();
  private List<float[]> best = List.of();
  private Checkpoint.Progress progress = Checkpoint.Progress.BEGIN;
  private volatile boolean stopped;

  /** Watches the progress. */
  public interface Listener {
    /** After a batch: samples done and in all, in this epoch, and the mean loss so far. */
    default void batch(int epoch, int done, int total, double loss) {}

    /** After an epoch. */
    default void epoch(EpochResult result) {}

    /** After every batch and at the end: may save the trainer's {@link Trainer#checkpoint}. */
    default void pause(boolean epochEnded) {}
  }

  /**
   * Draws the network's starting values from the seed.
   *
   * @throws IllegalArgumentException if the starting values do not fit the network
   */
  public Trainer(FloatNetwork network, TrainingSettings settings) {
    this.network = network;
    this.settings = settings;
    network.initialise(settings.initialisation(), new SplittableRandom(settings.seed()));
    for (int i = 0; i < (settings.batchSize() + CHUNK - 1) / CHUNK; i++) {
      chunks.add(new Chunk(network));
    }
    states =
        network.parameters().stream()
            .map(p -> settings.optimiser().newState(p.values().length))
            .toList();
    regularisers =
        network.parameters().stream()
            .map(
                p ->
                    p.name().endsWith(".weight")
                        ? settings.regularisers().stream().map(Regulariser::apply).toList()
                        : List.<Regulariser.Applied>of())
            .toList();
  }

  /** Ends the run after the batch under way; safe from any thread. */
  public void stop() {
    stopped = true;
  }

  /** Everything the run needs to go on; arrays are copies. */
  public Checkpoint checkpoint(String fingerprint) {
    return new Checkpoint(
        fingerprint,
        progress,
        List.copyOf(history),
        network.parameters().stream().map(p -> p.values().clone()).toList(),
        memory().stream().map(float[]::clone).toList(),
        best);
  }

  private List<float[]> memory() {
    List<float[]> all = new ArrayList<>();
    states.forEach(s -> all.addAll(s.memory()));
    regularisers.forEach(r -> r.forEach(a -> all.add(a.memory())));
    return all;
  }

  /**
   * Goes on from a checkpoint of the same network and settings.
   *
   * @throws IllegalArgumentException if its arrays do not fit
   */
  public void resume(Checkpoint c) {
    copy(c.parameters(), network.parameters().stream().map(Parameter::values).toList());
    copy(c.memory(), memory());
    history.clear();
    history.addAll(c.history());
    best = c.best();
    progress = c.progress();
  }

  private static void copy(List<float[]> from, List<float[]> to) {
    if (from.size() != to.size()) {
      throw new IllegalArgumentException(from.size() + " arrays for " + to.size());
    }
    for (int i = 0; i < from.size(); i++) {
      if (from.get(i).length != to.get(i).length) {
        throw new IllegalArgumentException("array " + i + " has another length");
      }
      System.arraycopy(from.get(i), 0, to.get(i), 0, to.get(i).length);
    }
  }

  private static final class Chunk {
    final NetworkPass pass;
    final float[] x;
    final int[] labels = new int[CHUNK];
    final float[] dy;
    final List<float[]> gradients;
    int right;

    Chunk(FloatNetwork network) {
      pass = new NetworkPass(network, CHUNK);
      x = new float[CHUNK * network.input().size()];
      dy = new float[CHUNK * network.output().size()];
      gradients = network.parameters().stream().map(p -> new float[p.values().length]).toList();
    }
  }

  /** Trains to the end and returns every epoch's result. */
  public List<EpochResult> train(Dataset train, Dataset test, Workers workers, Listener listener) {
    if (!train.shape().equals(network.input()) || network.output().size() < train.classes()) {
      throw new IllegalArgumentException(
          "the network takes "
              + network.input()
              + " and gives "
              + network.output()
              + ", the data are "
              + train.shape()
              + " in "
              + train.classes()
              + " classes");
    }
    int[] all = shuffled(identity(train.size()), new SplittableRandom(settings.seed() * 31 + 7));
    int held = (int) Math.round(train.size() * settings.validation());
    int[] validation = Arrays.copyOf(all, held);
    int[] mine = held == 0 ? identity(train.size()) : Arrays.copyOfRange(all, held, all.length);
    while (progress.epoch() <= settings.epochs() && !finished() && !stopped) {
      epoch(train, mine, validation, test, workers, listener);
    }
    if (!best.isEmpty()) {
      copy(best, network.parameters().stream().map(Parameter::values).toList());
    }
    return List.copyOf(history);
  }

  private boolean finished() {
    return settings.patience() > 0
        && progress.epoch() - 1 - progress.bestEpoch() >= settings.patience();
  }

  private void epoch(
      Dataset train,
      int[] mine,
      int[] validation,
      Dataset test,
      Workers workers,
      Listener listener) {
    int epoch = progress.epoch();
    int batches = (mine.length + settings.batchSize() - 1) / settings.batchSize();
    int[] order = shuffled(mine, new SplittableRandom(settings.seed() * 1_000_003 + epoch));
    long start = System.nanoTime();
    int begun = progress.batch();
    while (progress.batch() < batches) {
      int from = progress.batch() * settings.batchSize();
      int to = Math.min(from + settings.batchSize(), mine.length);
      double loss = gradient(train, order, from, to, workers);
      int right = chunks.stream().mapToInt(c -> c.right).sum();
      double at = epoch - 1 + (double) progress.batch() / batches;
      double rate = settings.rate() * settings.schedule().factor(at, settings.epochs());
      long step = progress.step() + 1;
      Update u = update(rate, step);
      progress =
          new Checkpoint.Progress(
              epoch,
              progress.batch() + 1,
              step,
              progress.loss() + loss + u.penalty * (to - from),
              progress.right() + right,
              progress.norms() + u.norm,
              progress.bestAccuracy(),
              progress.bestEpoch());
      listener.batch(epoch, to, mine.length, progress.loss() / to);
      if (progress.batch() < batches) {
        listener.pause(stopped);
        if (stopped) {
          return;
        }
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double images = Math.min((long) (batches - begun) * settings.batchSize(), mine.length);
    double valid = validation.length == 0 ? -1 : accuracy(network, train, validation, workers);
    boolean better = valid > progress.bestAccuracy();
    if (better) {
      best = network.parameters().stream().map(p -> p.values().clone()).toList();
    }
    EpochResult result =
        new EpochResult(
            epoch,
            progress.loss() / mine.length,
            (double) progress.right() / mine.length,
            valid,
            accuracy(network, test, workers),
            progress.norms() / batches,
            images / seconds);
    history.add(result);
    progress =
        new Checkpoint.Progress(
            epoch + 1,
            0,
            progress.step(),
            0,
            0,
            0,
            better ? valid : progress.bestAccuracy(),
            better ? epoch : progress.bestEpoch());
    listener.epoch(result);
    listener.pause(true);
  }

  private static int[] identity(int n) {
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private double gradient(Dataset data, int[] order, int from, int to, Workers workers) {
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      int a = Math.min(from + i * CHUNK, to);
      int z = Math.min(a + CHUNK, to);
      Chunk c = chunks.get(i);
      tasks.add(() -> run(c, data, order, a, z, 1.0 / (to - from)));
    }
    double loss = 0;
    for (double l : workers.all(tasks)) {
      loss += l;
    }
    return loss;
  }

  private double run(Chunk c, Dataset data, int[] order, int from, int to, double scale) {
    int n = to - from;
    int size = network.input().size();
    c.gradients.forEach(g -> Arrays.fill(g, 0));
    c.right = 0;
    if (n == 0) {
      return 0;
    }
    for (int i = 0; i < n; i++) {
      data.reals(order[from + i], c.x, i * size);
      c.labels[i] = data.label(order[from + i]);
    }
    int classes = network.output().size();
    float[] logits = c.pass.forward(c.x, n);
    for (int i = 0; i < n; i++) {
      c.right += Loss.argMax(logits, i * classes, classes) == c.labels[i] ? 1 : 0;
    }
    double loss = settings.loss().evaluate(logits, c.labels, n, classes, scale, c.dy);
    c.pass.backward(c.dy, n, c.gradients);
    return loss;
  }

  private record Update(double penalty, double norm) {}

  private Update update(double rate, long step) {
    List<Parameter> parameters = network.parameters();
    List<float[]> sums = chunks.getFirst().gradients;
    double penalty = 0;
    for (int p = 0; p < parameters.size(); p++) {
      float[] sum = sums.get(p);
      for (int i = 1; i < chunks.size(); i++) {
        float[] g = chunks.get(i).gradients.get(p);
        for (int j = 0; j < sum.length; j++) {
          sum[j] += g[j];
        }
      }
      for (Regulariser.Applied r : regularisers.get(p)) {
        penalty += r.penalise(parameters.get(p).values(), sum);
      }
    }
    double norm = settings.clipping().apply(sums);
    for (int p = 0; p < parameters.size(); p++) {
      float[] w = parameters.get(p).values();
      regularisers.get(p).forEach(r -> r.before(w, rate));
      states.get(p).step(w, sums.get(p), rate, step);
      regularisers.get(p).forEach(r -> r.after(w));
    }
    return new Update(penalty, norm);
  }

  private static int[] shuffled(int[] values, SplittableRandom random) {
    int[] order = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = values[i];
    }
    return order;
  }

  /** Share of samples whose largest output is the label's. */
  public static double accuracy(FloatNetwork network, Dataset data, Workers workers) {
    return accuracy(network, data, identity(data.size()), workers);
  }

  private static double accuracy(FloatNetwork network, Dataset data, int[] which, Workers workers) {
    int parts = Math.min(16, which.length);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int p = 0; p < parts; p++) {
      int from = (int) ((long) which.length * p / parts);
      int to = (int) ((long) which.length * (p + 1) / parts);
      tasks.add(() -> right(network, data, which, from, to));
    }
    return workers.all(tasks).stream().mapToInt(Integer::intValue).sum() / (double) which.length;
  }

  private static int right(FloatNetwork network, Dataset data, int[] which, int from, int to) {
    NetworkPass pass = new NetworkPass(network, CHUNK);
    int size = network.input().size();
    int classes = network.output().size();
    float[] x = new float[CHUNK * size];
    int right = 0;
    for (int at = from; at < to; at += CHUNK) {
      int n = Math.min(CHUNK, to - at);
      for (int i = 0; i < n; i++) {
        data.reals(which[at + i], x, i * size);
      }
      float[] y = pass.forward(x, n);
      for (int i = 0; i < n; i++) {
        right += Loss.argMax(y, i * classes, classes) == data.label(which[at + i]) ? 1 : 0;
      }
    }
    return right;
  }
}
