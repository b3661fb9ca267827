package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bitloom.cli.report.TrainingReport;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.train.Checkpoint;
import org.bitloom.trainer.train.Diagnosis;
import org.bitloom.trainer.train.EpochResult;
import org.bitloom.trainer.train.Trainer;

/** The folder of a training run: its checkpoint and its metrics; and its clean end by Ctrl-C. */
final class TrainingRun {
  private static final long PATIENCE_SECONDS = 60;

  private final Path folder;
  private final String fingerprint;
  private final long between;
  private long saved = System.nanoTime();

  /** A run that writes {@code model}; its folder lies beside it. */
  TrainingRun(Path model, String fingerprint, int seconds) {
    String name = model.getFileName().toString().replaceFirst("\\.onnx$", "");
    this.folder = model.toAbsolutePath().resolveSibling(name + "-run");
    this.fingerprint = fingerprint;
    this.between = TimeUnit.SECONDS.toNanos(seconds);
  }

  /** What a run must have in common with its checkpoint: the configuration and the data. */
  static String fingerprint(TrainingConfig config, Dataset data) {
    String text = config + " " + data.name() + " " + data.size() + " " + data.shape();
    return NetworkFile.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  private Path checkpoint() {
    return folder.resolve("checkpoint.bin");
  }

  /** Puts the trainer where the last checkpoint was. */
  void resume(Trainer trainer) {
    Checkpoint c = Checkpoint.read(checkpoint());
    if (!c.fingerprint().equals(fingerprint)) {
      throw new BadInputException(
          checkpoint().toString(),
          "belongs to another configuration or other data",
          "use the configuration it was begun with, or begin again without --resume");
    }
    trainer.resume(c);
    Console.say(
        "going on in epoch " + c.progress().epoch() + " after batch " + c.progress().batch());
  }

  /** Saves if an epoch has ended or it is time. */
  void pause(Trainer trainer, boolean must) {
    if (!must && System.nanoTime() - saved < between) {
      return;
    }
    Checkpoint c = trainer.checkpoint(fingerprint);
    c.write(checkpoint());
    metrics(c.history());
    saved = System.nanoTime();
  }

  private void metrics(List<EpochResult> history) {
    StringBuilder csv =
        new StringBuilder(
            "epoch,loss,train_accuracy,validation_accuracy,test_accuracy,gradient_norm,images_per_second\n");
    for (EpochResult r : history) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%.6f,%.6f,%s,%.6f,%.6f,%.1f%n",
              r.epoch(),
              r.loss(),
              r.trainAccuracy(),
              r.validationAccuracy() < 0
                  ? ""
                  : String.format(Locale.ROOT, "%.6f", r.validationAccuracy()),
              r.testAccuracy(),
              r.gradientNorm(),
              r.imagesPerSecond()));
    }
    SafeWrite.text(folder.resolve("metrics.csv"), csv.toString());
    SafeWrite.text(folder.resolve("metrics.json"), new ObjectMapper().valueToTree(history) + "\n");
  }

  /** Writes the report and what looks wrong in the trained network, and says the latter. */
  void diagnose(String name, List<EpochResult> history, Diagnosis d, int images) {
    if (!history.isEmpty()) {
      SafeWrite.text(
          folder.resolve("report.html"), TrainingReport.render(name, history, d, images));
    }
    SafeWrite.text(
        folder.resolve("diagnosis.json"),
        new ObjectMapper().valueToTree(d).toPrettyString() + "\n");
    d.warnings().forEach(Console::say);
  }

  /** Runs the training; Ctrl-C ends it after the batch under way, with everything saved. */
  <T> T untilStopped(Trainer trainer, Supplier<T> training) {
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              trainer.stop();
              try {
                if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                  Console.say("the training did not end in time; its last checkpoint stays");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return training.get();
    } finally {
      done.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        Console.say("stopped");
      }
    }
  }
}
