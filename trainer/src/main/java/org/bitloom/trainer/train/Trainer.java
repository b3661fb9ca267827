package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Values;

/**
 * Mini-batch training. A batch is cut into chunks of a fixed size, each chunk's gradient is
 * computed on its own, and the gradients are added in chunk order: the result does not depend on
 * the number of cores.
 */
public final class Trainer {
  /** Samples a worker takes at a time. */
  static final int CHUNK = 16;

  private final Trainable model;
  private final FloatNetwork network;
  private final TrainingSettings settings;
  private final List<Parameter> parameters;
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Pruning.Masked> masks;
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
    this(prepared(network, settings), settings);
  }

  private static Trainable prepared(FloatNetwork network, TrainingSettings settings) {
    if (!settings.extras().keepWeights()) {
      network.initialise(settings.initialisation(), new SplittableRandom(settings.seed()));
    }
    if (settings.extras().pruning() != null) {
      settings.extras().pruning().attach(network);
    }
    return Trainable.of(network);
  }

  /** Trains on from the weights there are. */
  public Trainer(Trainable model, TrainingSettings settings) {
    this.model = model;
    this.network = model.network();
    this.settings = settings;
    this.parameters = model.parameters();
    masks =
        settings.extras().pruning() == null
            ? List.of()
            : settings.extras().pruning().attach(network);
    for (int i = 0; i < (settings.batchSize() + CHUNK - 1) / CHUNK; i++) {
      chunks.add(new Chunk());
    }
    states =
        parameters.stream().map(p -> settings.optimiser().newState(p.values().length)).toList();
    regularisers =
        parameters.stream()
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
        snapshot(),
        memory().stream().map(float[]::clone).toList(),
        best);
  }

  /** Everything that makes the network what it is. */
  private List<float[]> live() {
    List<float[]> all = new ArrayList<>();
    parameters.forEach(p -> all.add(p.values()));
    all.addAll(model.state());
    return all;
  }

  private List<float[]> snapshot() {
    return live().stream().map(float[]::clone).toList();
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
    copy(c.parameters(), live());
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

  private final class Chunk {
    final NetworkPass pass = model.newPass(CHUNK);
    final float[] x = new float[CHUNK * network.input().size()];
    final int[] labels = new int[CHUNK];
    final float[] dy = new float[CHUNK * network.output().size()];
    final Gradients gradients = new Gradients(parameters);
    final NetworkPass teacher =
        settings.extras().distillation() == null
            ? null
            : new NetworkPass(settings.extras().distillation().teacher(), CHUNK);
    int right;
    double loss;
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
      copy(best, live());
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
    model.epoch(epoch, settings.epochs(), progress.batch() == 0);
    BatchRun runner = new BatchRun(workers, chunks.stream().map(c -> c.pass).toList());
    long start = System.nanoTime();
    int begun = progress.batch();
    while (progress.batch() < batches) {
      int from = progress.batch() * settings.batchSize();
      int to = Math.min(from + settings.batchSize(), mine.length);
      int ran = (to - from + CHUNK - 1) / CHUNK;
      if (settings.extras().pruning() != null) {
        long all = (long) settings.epochs() * batches;
        settings.extras().pruning().before(progress.step(), all, masks);
      }
      double loss = gradient(train, order, from, to, runner);
      int right = chunks.stream().limit(ran).mapToInt(c -> c.right).sum();
      double at = epoch - 1 + (double) progress.batch() / batches;
      double rate = settings.rate() * settings.schedule().factor(at, settings.epochs());
      long step = progress.step() + 1;
      Update u = update(rate, step, ran);
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
    double valid = validation.length == 0 ? -1 : accuracy(model, train, validation, workers);
    boolean better = valid > progress.bestAccuracy();
    if (better) {
      best = snapshot();
    }
    EpochResult result =
        new EpochResult(
            epoch,
            progress.loss() / mine.length,
            (double) progress.right() / mine.length,
            valid,
            accuracy(model, test, identity(test.size()), workers),
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

  /** One step on batch {@code i} of the data in their order, beginning again after the last. */
  void step(Dataset data, int i, Workers workers) {
    BatchRun runner = new BatchRun(workers, chunks.stream().map(c -> c.pass).toList());
    int from = i % (data.size() / settings.batchSize()) * settings.batchSize();
    int to = from + settings.batchSize();
    gradient(data, identity(data.size()), from, to, runner);
    update(settings.rate(), i + 1L, chunks.size());
  }

  private static int[] identity(int n) {
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private double gradient(Dataset data, int[] order, int from, int to, BatchRun runner) {
    int count = (to - from + CHUNK - 1) / CHUNK;
    int[] n = new int[count];
    long seed = settings.seed() * 0x9E3779B97F4A7C15L + progress.step();
    Values values = model.begin(true, seed);
    List<Layer.Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      n[i] = Math.min(CHUNK, to - from - i * CHUNK);
      runs.add(new Layer.Run(true, seed * 8191 + i, values));
    }
    double scale = 1.0 / (to - from);
    runner.forward(
        n,
        runs,
        i -> load(chunks.get(i), data, order, from + i * CHUNK, n[i]),
        i -> lose(chunks.get(i), n[i], scale));
    List<Chunk> used = chunks.subList(0, count);
    runner.backward(
        n,
        runs,
        used.stream().map(c -> c.dy).toList(),
        used.stream().map(c -> c.gradients).toList());
    model.absorb(used.stream().map(c -> c.pass).toList());
    return used.stream().mapToDouble(c -> c.loss).sum();
  }

  private void load(Chunk c, Dataset data, int[] order, int from, int n) {
    int size = network.input().size();
    for (int i = 0; i < n; i++) {
      int image = order[from + i];
      data.reals(image, c.x, i * size);
      settings
          .extras()
          .augmentation()
          .apply(
              c.x,
              i * size,
              network.input(),
              (settings.seed() * 31 + progress.epoch()) * 1_000_003L + image);
      c.labels[i] = data.label(image);
    }
    c.gradients.clear();
    c.pass.begin(c.x);
  }

  private void lose(Chunk c, int n, double scale) {
    int classes = network.output().size();
    float[] logits = c.pass.tensor(c.pass.size());
    c.right = 0;
    for (int i = 0; i < n; i++) {
      c.right += Loss.argMax(logits, i * classes, classes) == c.labels[i] ? 1 : 0;
    }
    c.loss = settings.loss().evaluate(logits, c.labels, n, classes, scale, c.dy);
    if (c.teacher != null) {
      c.loss =
          settings
              .extras()
              .distillation()
              .mix(c.loss, logits, c.teacher.forward(c.x, n), n, classes, scale, c.dy);
    }
  }

  private record Update(double penalty, double norm) {}

  private Update update(double rate, long step, int ran) {
    Gradients sums = chunks.getFirst().gradients;
    for (int i = 1; i < ran; i++) {
      sums.add(chunks.get(i).gradients);
    }
    model.backward(sums);
    double penalty = 0;
    for (int p = 0; p < parameters.size(); p++) {
      for (Regulariser.Applied r : regularisers.get(p)) {
        penalty += r.penalise(parameters.get(p).values(), sums.of(parameters.get(p)));
      }
    }
    double norm = settings.clipping().apply(parameters.stream().map(sums::of).toList());
    for (int p = 0; p < parameters.size(); p++) {
      float[] w = parameters.get(p).values();
      regularisers.get(p).forEach(r -> r.before(w, rate));
      states.get(p).step(w, sums.of(parameters.get(p)), rate, step);
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
    return accuracy(Trainable.of(network), data, identity(data.size()), workers);
  }

  private static double accuracy(Trainable model, Dataset data, int[] which, Workers workers) {
    int parts = Math.min(16, which.length);
    Layer.Run run = model.inference();
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int p = 0; p < parts; p++) {
      int from = (int) ((long) which.length * p / parts);
      int to = (int) ((long) which.length * (p + 1) / parts);
      tasks.add(() -> right(model, run, data, which, from, to));
    }
    return workers.all(tasks).stream().mapToInt(Integer::intValue).sum() / (double) which.length;
  }

  private static int right(
      Trainable model, Layer.Run run, Dataset data, int[] which, int from, int to) {
    NetworkPass pass = model.newPass(CHUNK);
    int size = model.network().input().size();
    int classes = model.network().output().size();
    float[] x = new float[CHUNK * size];
    int right = 0;
    for (int at = from; at < to; at += CHUNK) {
      int n = Math.min(CHUNK, to - at);
      for (int i = 0; i < n; i++) {
        data.reals(which[at + i], x, i * size);
      }
      float[] y = pass.forward(x, n, run);
      for (int i = 0; i < n; i++) {
        right += Loss.argMax(y, i * classes, classes) == data.label(which[at + i]) ? 1 : 0;
      }
    }
    return right;
  }
}
