package org.bitloom.trainer.config;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.calibrate.KMeans;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.trainer.compress.InputNormalization;
import org.bitloom.trainer.compress.WeightSharing;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.QuantizationAware;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.TrainingSettings;

/**
 * A configuration with its files and data: the network to train, the settings, and the trainer.
 *
 * @param network in floats; its parameters are trained
 * @param settings of the loop
 * @param aware the network in integers, null when training floats
 * @param trainer ready to run
 */
public record Recipe(
    FloatNetwork network, TrainingSettings settings, QuantizationAware aware, Trainer trainer) {

  /**
   * Prepares a run.
   *
   * @param folder where files named in the configuration lie
   * @param where names the configuration in errors
   */
  public static Recipe of(TrainingConfig c, Path folder, String where, Dataset train) {
    try {
      FloatNetwork teacher = null;
      if (c.distillation() != null) {
        teacher = OnnxImport.read(file(folder, c.distillation().teacher(), "distillation teacher"));
      }
      FloatNetwork network = network(c, folder, where, train);
      TrainingSettings settings = c.settings(where, teacher);
      check(network, teacher, train, where);
      if (c.shareWeights() == null && c.quantizationAware() == null) {
        return new Recipe(network, settings, null, new Trainer(network, settings));
      }
      if (!settings.extras().keepWeights()) {
        network.initialise(settings.initialisation(), new SplittableRandom(settings.seed()));
        settings = settings.with(settings.extras().keeping());
      }
      if (c.shareWeights() != null) {
        int bits = c.shareWeights().bits() == null ? 4 : c.shareWeights().bits();
        String start = c.shareWeights().start() == null ? "linear" : c.shareWeights().start();
        WeightSharing.cluster(network, bits, KMeans.Start.of(start));
      }
      if (c.quantizationAware() == null) {
        return new Recipe(network, settings, null, new Trainer(network, settings));
      }
      Methods.Quantization q = c.quantizationAware();
      if (settings.extras().pruning() != null) {
        settings.extras().pruning().attach(network);
      }
      QuantizationAware aware =
          new QuantizationAware(
              network,
              Observation.of(network, train.first(q.calibrationImages())),
              q.target(),
              q.rule(),
              q.weightRule(),
              q.mode());
      return new Recipe(network, settings, aware, new Trainer(aware, settings));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(where, e.getMessage(), "see docs/training.md", e);
    }
  }

  private static FloatNetwork network(TrainingConfig c, Path folder, String where, Dataset train) {
    if (c.start() == null) {
      return c.network(train.shape(), where, first(c.normalization(), train));
    }
    if (c.layers() != null) {
      throw new IllegalArgumentException("has both start and layers, leave one out");
    }
    return OnnxImport.read(file(folder, c.start(), "start"));
  }

  private static Layer first(Methods.Normalize n, Dataset train) {
    if (n == null) {
      return null;
    }
    double epsilon = n.epsilon() == null ? 1e-5 : n.epsilon();
    return switch (String.valueOf(n.type())) {
      case "minmax" -> InputNormalization.minMax(train);
      case "standardization" -> InputNormalization.standardization(train, epsilon);
      case "pca_whitening" ->
          InputNormalization.whitening(
              train, n.components() == null ? 32 : n.components(), epsilon);
      default ->
          throw new IllegalArgumentException(
              "normalization is " + n.type() + ", write minmax, standardization or pca_whitening");
    };
  }

  private static Path file(Path folder, String name, String key) {
    if (name == null) {
      throw new IllegalArgumentException(key + " names no file");
    }
    return folder == null ? Path.of(name) : folder.resolve(name);
  }

  private static void check(
      FloatNetwork network, FloatNetwork teacher, Dataset train, String where) {
    if (!network.input().equals(train.shape())) {
      throw new IllegalArgumentException(
          "takes " + network.input() + ", the data are " + train.shape());
    }
    if (network.output().size() < train.classes()) {
      throw new BadInputException(
          where,
          "ends in " + network.output().size() + " outputs for " + train.classes() + " classes",
          "end it with a dense layer of " + train.classes() + " units");
    }
    if (teacher != null
        && (!teacher.input().equals(network.input())
            || teacher.output().size() != network.output().size())) {
      throw new IllegalArgumentException(
          "has a teacher that takes " + teacher.input() + " and gives " + teacher.output());
    }
  }
}
