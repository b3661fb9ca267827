package org.bitloom.trainer.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A fixed set of threads, one for each core. */
public final class Workers implements AutoCloseable {
  private final ExecutorService pool;

  /** As many threads as cores. */
  public Workers() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /** A given number of threads. */
  public Workers(int threads) {
    pool =
        Executors.newFixedThreadPool(
            threads,
            r -> {
              Thread t = new Thread(r, "bitloom-worker");
              t.setDaemon(true);
              return t;
            });
  }

  /** Runs all tasks and returns their results in order; the first failure is rethrown. */
  public <T> List<T> all(List<Callable<T>> tasks) {
    List<T> results = new ArrayList<>(tasks.size());
    try {
      for (Future<T> f : pool.invokeAll(tasks)) {
        results.add(f.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException r) {
        throw r;
      }
      throw new IllegalStateException(e.getCause());
    }
    return results;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
