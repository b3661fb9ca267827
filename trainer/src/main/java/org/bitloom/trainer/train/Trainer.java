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

  /** Watches the progress. */
  public interface Listener {
    /** After a batch: samples done and in all, in this epoch, and the mean loss so far. */
    default void batch(int epoch, int done, int total, double loss) {}

    /** After an epoch. */
    default void epoch(EpochResult result) {}
  }

  /** Draws the network's starting values from the seed. */
  public Trainer(FloatNetwork network, TrainingSettings settings) {
    this.network = network;
    this.settings = settings;
    network.initialise(new SplittableRandom(settings.seed()));
    for (int i = 0; i < (settings.batchSize() + CHUNK - 1) / CHUNK; i++) {
      chunks.add(new Chunk(network));
    }
    states =
        network.parameters().stream()
            .map(p -> settings.optimiser().newState(p.values().length))
            .toList();
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
    List<EpochResult> history = new ArrayList<>();
    int batches = (train.size() + settings.batchSize() - 1) / settings.batchSize();
    long step = 0;
    for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
      int[] order =
          shuffled(train.size(), new SplittableRandom(settings.seed() * 1_000_003 + epoch));
      double loss = 0;
      int right = 0;
      long start = System.nanoTime();
      for (int b = 0; b < batches; b++) {
        int from = b * settings.batchSize();
        int to = Math.min(from + settings.batchSize(), train.size());
        loss += gradient(train, order, from, to, workers);
        for (Chunk c : chunks) {
          right += c.right;
        }
        double progress = (double) step / ((long) batches * settings.epochs());
        update(settings.rate() * settings.schedule().factor(progress), ++step);
        listener.batch(epoch, to, train.size(), loss / to);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      EpochResult result =
          new EpochResult(
              epoch,
              loss / train.size(),
              (double) right / train.size(),
              accuracy(network, test, workers),
              train.size() / seconds);
      history.add(result);
      listener.epoch(result);
    }
    return history;
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
      c.right += SoftmaxCrossEntropy.argMax(logits, i * classes, classes) == c.labels[i] ? 1 : 0;
    }
    double loss = SoftmaxCrossEntropy.evaluate(logits, c.labels, n, classes, scale, c.dy);
    c.pass.backward(c.dy, n, c.gradients);
    return loss;
  }

  private void update(double rate, long step) {
    List<Parameter> parameters = network.parameters();
    for (int p = 0; p < parameters.size(); p++) {
      float[] sum = chunks.getFirst().gradients.get(p);
      for (int i = 1; i < chunks.size(); i++) {
        float[] g = chunks.get(i).gradients.get(p);
        for (int j = 0; j < sum.length; j++) {
          sum[j] += g[j];
        }
      }
      states.get(p).step(parameters.get(p).values(), sum, rate, step);
    }
  }

  private static int[] shuffled(int n, SplittableRandom random) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Share of samples whose largest output is the label's. */
  public static double accuracy(FloatNetwork network, Dataset data, Workers workers) {
    int parts = Math.min(16, data.size());
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int p = 0; p < parts; p++) {
      int from = (int) ((long) data.size() * p / parts);
      int to = (int) ((long) data.size() * (p + 1) / parts);
      tasks.add(() -> right(network, data, from, to));
    }
    return workers.all(tasks).stream().mapToInt(Integer::intValue).sum() / (double) data.size();
  }

  private static int right(FloatNetwork network, Dataset data, int from, int to) {
    NetworkPass pass = new NetworkPass(network, CHUNK);
    int size = network.input().size();
    int classes = network.output().size();
    float[] x = new float[CHUNK * size];
    int right = 0;
    for (int at = from; at < to; at += CHUNK) {
      int n = Math.min(CHUNK, to - at);
      for (int i = 0; i < n; i++) {
        data.reals(at + i, x, i * size);
      }
      float[] y = pass.forward(x, n);
      for (int i = 0; i < n; i++) {
        right += SoftmaxCrossEntropy.argMax(y, i * classes, classes) == data.label(at + i) ? 1 : 0;
      }
    }
    return right;
  }
}
