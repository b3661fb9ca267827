package org.bitloom.simulator.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.Suggestion;
import org.bitloom.fixedpoint.file.YamlFile;

/**
 * The size of an accelerator. Slices times lanes is the number of multipliers.
 *
 * @param slices activation slices, each decoding one token a cycle: 2, 4, 8 or 16
 * @param lanes output channels a slice updates at once: a multiple of {@code slices}, at most 64
 * @param runBits width of a token's run field: 1 to 8
 * @param fifoDepth windows a slice may run ahead of the drain: 2 to 16
 * @param requantizers results a slice takes from the drain in a cycle: 1, 2 or 4, and slices times
 *     requantizers divides the lanes
 * @param multiplyStages registers from a multiplier's inputs to its product: 1 to 3
 * @param featureWords tokens the feature memory of a slice may hold: 16 to 2^20
 * @param weightWords words of {@code lanes} weights the weight memory of a slice may hold: 16 to
 *     2^20
 * @param sideWords beats the side memory may hold (second operands of additions): 16 to 2^20
 * @param weightBus where weights come from that do not fit, or null
 */
public record AcceleratorConfig(
    int slices,
    int lanes,
    int runBits,
    int fifoDepth,
    int requantizers,
    int multiplyStages,
    int featureWords,
    int weightWords,
    int sideWords,
    WeightBus weightBus) {

  /** Machines by name: 8, 64 and 256 multipliers. */
  public static final Map<String, AcceleratorConfig> PRESETS =
      Map.of(
          "tiny", new AcceleratorConfig(2, 4, 4, 4, 1, 1, 1 << 15, 1 << 15, 1 << 14, null),
          "small", new AcceleratorConfig(4, 16, 4, 8, 2, 1, 1 << 14, 1 << 14, 1 << 13, null),
          "large", new AcceleratorConfig(8, 32, 4, 8, 2, 1, 1 << 15, 1 << 15, 1 << 14, null));

  /** Checks the legal ranges. */
  public AcceleratorConfig {
    if (!List.of(2, 4, 8, 16).contains(slices)) {
      throw new IllegalArgumentException("slices is " + slices + ", legal are 2, 4, 8 and 16");
    }
    if (lanes < slices || lanes > 64 || lanes % slices != 0) {
      throw new IllegalArgumentException(
          "lanes is " + lanes + ", legal are multiples of slices (" + slices + ") up to 64");
    }
    range("run_bits", runBits, 1, 8);
    range("fifo_depth", fifoDepth, 2, 16);
    if (!List.of(1, 2, 4).contains(requantizers) || lanes % (slices * requantizers) != 0) {
      throw new IllegalArgumentException(
          "requantizers is "
              + requantizers
              + ", legal are 1, 2 and 4 with slices times requantizers dividing lanes ("
              + lanes
              + ")");
    }
    range("multiply_stages", multiplyStages, 1, 3);
    range("side_words", sideWords, 16, 1 << 20);
    range("feature_words", featureWords, 16, 1 << 20);
    range("weight_words", weightWords, 16, 1 << 20);
  }

  private static void range(String key, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          key + " is " + value + ", legal are " + min + " to " + max);
    }
  }

  /** Multipliers in all. */
  public int multipliers() {
    return slices * lanes;
  }

  /** The same machine with another weight memory. */
  public AcceleratorConfig withWeightWords(int words) {
    return new AcceleratorConfig(
        slices,
        lanes,
        runBits,
        fifoDepth,
        requantizers,
        multiplyStages,
        featureWords,
        words,
        sideWords,
        weightBus);
  }

  /** Codes that leave the drain in a cycle. */
  public int codesPerBeat() {
    return slices * requantizers;
  }

  /** The YAML form, every key. */
  public String toYaml() {
    return "slices: "
        + slices
        + "\nlanes: "
        + lanes
        + "\nrun_bits: "
        + runBits
        + "\nfifo_depth: "
        + fifoDepth
        + "\nrequantizers: "
        + requantizers
        + "\nmultiply_stages: "
        + multiplyStages
        + "\nfeature_words: "
        + featureWords
        + "\nweight_words: "
        + weightWords
        + "\nside_words: "
        + sideWords
        + "\n"
        + (weightBus == null
            ? ""
            : "weight_bus_bits: "
                + weightBus.bits()
                + "\nweight_bus_latency: "
                + weightBus.latency()
                + "\n");
  }

  /** A preset's name or a YAML file. */
  public static AcceleratorConfig of(String nameOrFile) {
    AcceleratorConfig preset = PRESETS.get(nameOrFile);
    if (preset != null) {
      return preset;
    }
    if (!Files.exists(Path.of(nameOrFile))
        && !nameOrFile.contains(".")
        && !nameOrFile.contains("/")) {
      throw new BadInputException(
          "--accelerator " + nameOrFile,
          "no such preset" + Suggestion.of(nameOrFile, PRESETS.keySet()),
          "write tiny, small, large or a YAML file");
    }
    return YamlFile.read(Path.of(nameOrFile), AcceleratorYaml.class).build(nameOrFile);
  }

  /** A configuration from YAML text; {@code where} names it in errors. */
  public static AcceleratorConfig parse(String yaml, String where) {
    return YamlFile.parse(yaml, where, AcceleratorYaml.class).build(where);
  }
}
