package org.bitloom.codegen.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.error.BitloomException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Random networks on random machines, hardware against simulator, until one differs. */
public final class Campaign {
  private final Path out;
  private final int shrinking;
  private final Listener listener;

  /** Watches a campaign; called from several threads. */
  public interface Listener {
    /** A network has been compared. */
    void done(long seed);

    /** A difference is being made smaller. */
    void shrinking(long seed, String first);
  }

  /**
   * What came out.
   *
   * @param networks networks compared
   * @param refused networks that the machine refused, with the reason
   * @param values values and cycle counts compared
   * @param differences folders with cases to replay
   */
  public record Result(int networks, List<String> refused, long values, List<Path> differences) {}

  /**
   * @param out folder for differences
   * @param shrinking runs that making a difference smaller may cost
   */
  public Campaign(Path out, int shrinking, Listener listener) {
    this.out = out;
    this.shrinking = shrinking;
    this.listener = listener;
  }

  /**
   * Compares networks of the seeds {@code first}, {@code first + 1}, ... on all cores, and stops
   * early when the time is up or a difference was found.
   *
   * @param deadline {@link System#nanoTime()} after which no network is begun
   */
  public Result run(long first, int count, long deadline) {
    Tool.requireVerilator();
    List<Path> differences = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    AtomicLong values = new AtomicLong();
    AtomicLong compared = new AtomicLong();
    AtomicLong next = new AtomicLong(first);
    Runnable worker =
        () -> {
          while (System.nanoTime() < deadline) {
            long seed = next.getAndIncrement();
            if (seed >= first + count) {
              return;
            }
            synchronized (differences) {
              if (!differences.isEmpty()) {
                return;
              }
            }
            try {
              VerifyResult r = compare(FuzzCase.of(seed));
              values.addAndGet(r.valuesCompared());
              compared.incrementAndGet();
              if (r.mismatches() > 0) {
                listener.shrinking(seed, r.first().describe());
                Path folder = shrink(seed);
                synchronized (differences) {
                  differences.add(folder);
                }
              }
            } catch (BadInputException e) {
              synchronized (refused) {
                refused.add("seed " + seed + ": " + e.getMessage());
              }
            }
            listener.done(seed);
          }
        };
    onAllCores(worker);
    return new Result((int) compared.get(), refused, values.get(), differences);
  }

  private static void onAllCores(Runnable worker) {
    int cores = Runtime.getRuntime().availableProcessors();
    try (ExecutorService pool = Executors.newFixedThreadPool(cores)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < cores; i++) {
        running.add(pool.submit(worker));
      }
      for (Future<?> f : running) {
        f.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof BitloomException b) {
        throw b;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static VerifyResult compare(FuzzCase c) {
    try {
      Path folder = Files.createTempDirectory("bitloom-fuzz");
      try {
        return c.run(folder);
      } finally {
        remove(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(p);
      }
    }
  }

  private Path shrink(long seed) {
    FuzzCase small = new Shrinker(FuzzCase.of(seed), Campaign::fails, shrinking).shrink();
    Path folder = out.resolve("difference-" + seed);
    NetworkFile.write(folder.resolve("network.bitloom"), small.network());
    SafeWrite.text(folder.resolve("accelerator.yaml"), small.config().toYaml());
    NpyFile.write(
        folder.resolve("input.npy"),
        batch(small.inputs()),
        NpyFile.Width.of(small.network().inputSpec().format().bits()));
    SafeWrite.text(
        folder.resolve("replay.txt"),
        "bitloom verify network.bitloom --accelerator accelerator.yaml --input input.npy"
            + (small.stallPercent() > 0
                ? " --stall " + small.stallPercent() + " --seed " + small.seed()
                : "")
            + "\n");
    return folder;
  }

  private static boolean fails(FuzzCase c) {
    try {
      return compare(c).mismatches() > 0;
    } catch (BadInputException | IllegalArgumentException e) {
      return false; // refused, or not a network: not what is looked for
    }
  }

  private static CodeTensor batch(List<CodeTensor> samples) {
    Shape s = samples.getFirst().shape();
    int[] codes = new int[samples.size() * s.size()];
    for (int i = 0; i < samples.size(); i++) {
      samples.get(i).copyTo(0, codes, i * s.size(), s.size());
    }
    return CodeTensor.wrap(Shape.of(samples.size(), s.height(), s.width(), s.channels()), codes);
  }
}
