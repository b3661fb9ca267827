package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.bitloom.cli.input.Datasets;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.trainer.config.Recipe;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.train.Diagnosis;
import org.bitloom.trainer.train.EpochResult;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.TrainingSettings;
import org.bitloom.trainer.train.Workers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains a network from a YAML configuration and writes it as ONNX; with quantization_aware also as .bitloom.",
    footer = {"", "Example:", "  bitloom train examples/fashion-cnn.yaml --out cnn.onnx"})
public final class TrainCommand implements Callable<Integer> {
  private static final int DIAGNOSED = 500; // test images that the diagnosis looks at

  @Parameters(
      paramLabel = "CONFIG.yaml",
      description = "network and training settings, see docs/training.md")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "M.onnx",
      description = "the trained model (default: CONFIG's name with .onnx)")
  private Path out;

  @Option(
      names = "--resume",
      description = "go on from the last checkpoint; ends with the same weights as a run in one go")
  private boolean resume;

  @Option(
      names = "--checkpoint-seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "time between checkpoints, which are also made after every epoch (default: 60)")
  private int seconds;

  @Override
  public Integer call() {
    TrainingConfig c = TrainingConfig.read(config);
    Dataset train = Datasets.load(data, FashionMnist.Part.TRAIN);
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST);
    Path folder = config.toAbsolutePath().getParent();
    Recipe recipe = Recipe.of(c, folder, config.toString(), train);
    FloatNetwork network = recipe.network();
    TrainingSettings settings = recipe.settings();
    Path file =
        out != null
            ? out
            : config.resolveSibling(
                config.getFileName().toString().replaceFirst("\\.ya?ml$", "") + ".onnx");
    if (seconds < 1) {
      throw new BadInputException("--checkpoint-seconds", "is " + seconds, "give at least 1");
    }
    TrainingRun run = new TrainingRun(file, TrainingRun.fingerprint(c, train), seconds);
    Trainer trainer = recipe.trainer();
    if (resume) {
      run.resume(trainer);
    }
    List<EpochResult> history =
        run.untilStopped(
            trainer,
            () -> {
              List<EpochResult> epochs = train(trainer, settings, train, test, run);
              OnnxExport.write(file, network);
              if (recipe.aware() != null) {
                NetworkFile.write(quantized(file), recipe.aware().convert());
              }
              Dataset some = test.first(DIAGNOSED);
              run.diagnose(network.name(), epochs, Diagnosis.of(network, some), some.size());
              return epochs;
            });
    if (history.isEmpty()) {
      Console.say("stopped in the first epoch; --resume goes on");
      return 0;
    }
    if (history.size() < settings.epochs() && settings.patience() == 0) {
      Console.say(
          "stopped after "
              + history.size()
              + " of "
              + settings.epochs()
              + " epochs; --resume goes on");
    }
    System.out.printf(
        Locale.ROOT,
        "%s: test accuracy %.2f %%%n",
        recipe.aware() == null ? file : quantized(file),
        100 * history.getLast().testAccuracy());
    return 0;
  }

  /** Where the integers go that quantization-aware training gives. */
  private static Path quantized(Path model) {
    String name = model.getFileName().toString().replaceFirst("\\.onnx$", "");
    return model.resolveSibling(name + ".bitloom");
  }

  /** Trains with a progress bar and a line an epoch. */
  static List<EpochResult> train(
      FloatNetwork network, TrainingSettings settings, Dataset train, Dataset test) {
    return train(new Trainer(network, settings), settings, train, test, null);
  }

  static List<EpochResult> train(
      Trainer trainer, TrainingSettings settings, Dataset train, Dataset test, TrainingRun run) {
    int mine = train.size() - (int) Math.round(train.size() * settings.validation());
    try (Workers workers = new Workers();
        ProgressBar bar = Console.bar("training", (long) settings.epochs() * mine)) {
      return trainer.train(
          train,
          test,
          workers,
          new Trainer.Listener() {
            @Override
            public void batch(int epoch, int done, int total, double loss) {
              bar.stepTo((long) (epoch - 1) * total + done);
              bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", loss));
            }

            @Override
            public void epoch(EpochResult r) {
              Console.say(line(r, settings.epochs()));
            }

            @Override
            public void pause(boolean epochEnded) {
              if (run != null) {
                run.pause(trainer, epochEnded);
              }
            }
          });
    }
  }

  private static String line(EpochResult r, int epochs) {
    String validation =
        r.validationAccuracy() < 0
            ? ""
            : String.format(Locale.ROOT, "validation %.2f %%  ", 100 * r.validationAccuracy());
    return String.format(
        Locale.ROOT,
        "epoch %2d/%d  loss %.4f  train %.2f %%  %stest %.2f %%  gradient %.3f  %.0f images/s",
        r.epoch(),
        epochs,
        r.loss(),
        100 * r.trainAccuracy(),
        validation,
        100 * r.testAccuracy(),
        r.gradientNorm(),
        r.imagesPerSecond());
  }
}
