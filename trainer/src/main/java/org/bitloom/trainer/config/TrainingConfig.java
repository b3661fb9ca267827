package org.bitloom.trainer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.YamlFile;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.train.Schedule;
import org.bitloom.trainer.train.TrainingSettings;

/**
 * A training run in YAML; {@code docs/training.md} lists the keys.
 *
 * @param name name of the network
 * @param seed default 1
 * @param epochs at least 1
 * @param batch batch size, default 64
 * @param optimizer the step rule
 * @param schedule constant (default) or cosine
 * @param layers in order
 */
public record TrainingConfig(
    String name,
    Long seed,
    int epochs,
    Integer batch,
    OptimiserConfig optimizer,
    String schedule,
    List<LayerConfig> layers) {

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
    if (optimizer == null) {
      throw new BadInputException(
          where, "has no optimizer", "add: optimizer: {type: adam, rate: 0.001}");
    }
    try {
      return new TrainingSettings(
          seed == null ? 1 : seed,
          epochs,
          batch == null ? 64 : batch,
          optimizer.build(),
          optimizer.rate(),
          schedule == null
              ? Schedule.CONSTANT
              : Schedule.valueOf(schedule.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(where, e.getMessage(), "see docs/training.md", e);
    }
  }

  /** The network for images of a shape; {@code where} names the file in errors. */
  public FloatNetwork network(Shape input, String where) {
    if (layers == null || layers.isEmpty()) {
      throw new BadInputException(where, "has no layers", "list them under layers:");
    }
    List<Layer> built = new ArrayList<>();
    Shape shape = input;
    for (int i = 0; i < layers.size(); i++) {
      LayerConfig c = layers.get(i);
      String label = c.name() == null ? c.type() + i : c.name();
      try {
        Layer l = c.build(label, shape);
        shape = l.output();
        built.add(l);
      } catch (IllegalArgumentException e) {
        throw new BadInputException(where + ": layers[" + i + "]", e.getMessage(), "correct it", e);
      }
    }
    return new FloatNetwork(name == null ? "network" : name, built);
  }
}
