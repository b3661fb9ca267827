package org.bitloom.trainer.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.YamlFile;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.data.Augmentation;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Initialisation;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.train.Clipping;
import org.bitloom.trainer.train.Distillation;
import org.bitloom.trainer.train.Loss;
import org.bitloom.trainer.train.MeanSquaredError;
import org.bitloom.trainer.train.Regulariser;
import org.bitloom.trainer.train.Schedule;
import org.bitloom.trainer.train.SoftmaxCrossEntropy;
import org.bitloom.trainer.train.TrainingSettings;

/**
 * A training run in YAML; {@code docs/training.md} lists the keys.
 *
 * @param name name of the network
 * @param seed default 1
 * @param epochs at least 1
 * @param batch batch size, default 64
 * @param optimizer the step rule
 * @param schedule of the learning rate, default constant
 * @param loss cross_entropy (default) or mse
 * @param labelSmoothing of cross entropy, default 0
 * @param clipping of gradients
 * @param regularization of weights
 * @param initialization he (default), xavier_normal, xavier_uniform, gaussian or zero
 * @param validation share of the training samples held out, default 0
 * @param patience epochs without a better validation accuracy before training ends
 * @param start an .onnx model to train on from instead of {@code layers}
 * @param quantizationAware trains the integers of a format
 * @param pruning of weights while training
 * @param distillation from a teacher
 * @param augmentation of training images
 * @param normalization of the input
 * @param shareWeights clusters of weights with trained centroids
 * @param layers in order
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TrainingConfig(
    String name,
    Long seed,
    int epochs,
    Integer batch,
    OptimiserConfig optimizer,
    ScheduleConfig schedule,
    String loss,
    Double labelSmoothing,
    ClippingConfig clipping,
    RegulariserConfig regularization,
    String initialization,
    Double validation,
    Integer patience,
    String start,
    Methods.Quantization quantizationAware,
    Methods.Prune pruning,
    Methods.Distil distillation,
    Methods.Augment augmentation,
    Methods.Normalize normalization,
    Methods.Share shareWeights,
    List<LayerConfig> layers) {

  /**
   * Gradient clipping.
   *
   * @param lo least element
   * @param hi largest element
   * @param norm largest norm of all gradients together
   */
  public record ClippingConfig(Double lo, Double hi, Double norm) {}

  /** Reads a configuration; unknown keys and wrong values are refused with their place. */
  public static TrainingConfig read(java.nio.file.Path file) {
    return YamlFile.read(file, TrainingConfig.class);
  }

  /** Reads a configuration from text. */
  public static TrainingConfig parse(String yaml, String where) {
    return YamlFile.parse(yaml, where, TrainingConfig.class);
  }

  /** The settings of the loop; {@code where} names the file in errors. */
  public TrainingSettings settings(String where) {
    return settings(where, null);
  }

  /** The same with the network to distil from, null without {@code distillation}. */
  public TrainingSettings settings(String where, FloatNetwork teacher) {
    if (optimizer == null) {
      throw new BadInputException(
          where, "has no optimizer", "add: optimizer: {type: adam, rate: 0.001}");
    }
    try {
      List<Regulariser> regularisers = new ArrayList<>();
      if (regularization != null) {
        regularisers.addAll(regularization.build());
      }
      if (optimizer.decay() > 0) {
        regularisers.add(new Regulariser.WeightDecay(optimizer.decay()));
      }
      return new TrainingSettings(
          seed == null ? 1 : seed,
          epochs,
          batch == null ? 64 : batch,
          optimizer.build(),
          optimizer.rate(),
          schedule == null ? new Schedule.Constant() : schedule.build(),
          buildLoss(),
          clipping == null ? Clipping.NONE : new Clipping(clipping.lo, clipping.hi, clipping.norm),
          regularisers,
          initialisation(),
          validation == null ? 0 : validation,
          patience == null ? 0 : patience,
          extras(teacher));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(where, e.getMessage(), "see docs/training.md", e);
    }
  }

  private TrainingSettings.Extras extras(FloatNetwork teacher) {
    if (quantizationAware != null) {
      quantizationAware.target();
      quantizationAware.mode();
      quantizationAware.rule();
    }
    Distillation d =
        teacher == null
            ? null
            : new Distillation(
                teacher,
                distillation.temperature() == null ? 4 : distillation.temperature(),
                distillation.alpha() == null ? 0.7 : distillation.alpha(),
                distillation.beta() == null ? 0.3 : distillation.beta());
    return new TrainingSettings.Extras(
        augmentation == null ? Augmentation.NONE : augmentation.build(),
        d,
        pruning == null ? null : pruning.build(),
        start != null);
  }

  private Loss buildLoss() {
    return switch (loss == null ? "cross_entropy" : loss) {
      case "cross_entropy" -> new SoftmaxCrossEntropy(labelSmoothing == null ? 0 : labelSmoothing);
      case "mse" -> {
        if (labelSmoothing != null) {
          throw new IllegalArgumentException("label_smoothing belongs to cross_entropy");
        }
        yield new MeanSquaredError();
      }
      default ->
          throw new IllegalArgumentException("loss is " + loss + ", write cross_entropy or mse");
    };
  }

  private Initialisation initialisation() {
    try {
      return initialization == null
          ? Initialisation.HE
          : Initialisation.valueOf(initialization.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "initialization is "
              + initialization
              + ", write he, xavier_normal, xavier_uniform, gaussian or zero",
          e);
    }
  }

  /** The network for images of a shape; {@code where} names the file in errors. */
  public FloatNetwork network(Shape input, String where) {
    return network(input, where, null);
  }

  /**
   * The same with a layer in front.
   *
   * @param first for the input's shape, or null
   */
  public FloatNetwork network(Shape input, String where, Layer first) {
    if (layers == null || layers.isEmpty()) {
      throw new BadInputException(where, "has no layers", "list them under layers:");
    }
    NetworkBuilder built = new NetworkBuilder(input);
    if (first != null) {
      built.add(first, 0);
    }
    LayerBuilder builder = new LayerBuilder(built);
    for (int i = 0; i < layers.size(); i++) {
      LayerConfig c = layers.get(i);
      try {
        builder.add(c, i);
      } catch (IllegalArgumentException e) {
        String label = c.name() == null ? "" : " (" + c.name() + ")";
        throw new BadInputException(
            where + ": layers[" + i + "]" + label, e.getMessage(), "correct it", e);
      }
    }
    return built.build(name == null ? "network" : name);
  }
}
