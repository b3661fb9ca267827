package org.bitloom.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.bitloom.cli.input.Datasets;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
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
    description = "Trains a float network from a YAML configuration and writes it as ONNX.",
    footer = {"", "Example:", "  bitloom train examples/fashion-cnn.yaml --out cnn.onnx"})
public final class TrainCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "CONFIG.yaml",
      description = "network and training settings, see docs/training.md")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder of IDX files (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "M.onnx",
      description = "the trained model (default: CONFIG's name with .onnx)")
  private Path out;

  @Override
  public Integer call() {
    TrainingConfig c = TrainingConfig.read(config);
    Dataset train = Datasets.load(data, FashionMnist.Part.TRAIN);
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST);
    FloatNetwork network = c.network(train.shape(), config.toString());
    TrainingSettings settings = c.settings(config.toString());
    if (network.output().size() < train.classes()) {
      throw new BadInputException(
          config.toString(),
          "ends in " + network.output().size() + " outputs for " + train.classes() + " classes",
          "end it with a dense layer of " + train.classes() + " units");
    }
    List<EpochResult> history = train(network, settings, train, test);
    Path file =
        out != null
            ? out
            : config.resolveSibling(
                config.getFileName().toString().replaceFirst("\\.ya?ml$", "") + ".onnx");
    OnnxExport.write(file, network);
    System.out.printf(
        Locale.ROOT, "%s: test accuracy %.2f %%%n", file, 100 * history.getLast().testAccuracy());
    return 0;
  }

  /** Trains with a progress bar and a line an epoch. */
  static List<EpochResult> train(
      FloatNetwork network, TrainingSettings settings, Dataset train, Dataset test) {
    try (Workers workers = new Workers();
        ProgressBar bar = Console.bar("training", (long) settings.epochs() * train.size())) {
      return new Trainer(network, settings)
          .train(
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
                  Console.say(
                      String.format(
                          Locale.ROOT,
                          "epoch %2d/%d  loss %.4f  train %.2f %%  test %.2f %%  %.0f images/s",
                          r.epoch(),
                          settings.epochs(),
                          r.loss(),
                          100 * r.trainAccuracy(),
                          100 * r.testAccuracy(),
                          r.imagesPerSecond()));
                }
              });
    }
  }
}
