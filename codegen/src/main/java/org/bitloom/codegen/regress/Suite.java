package org.bitloom.codegen.regress;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A suite file.
 *
 * @param name of the suite
 * @param cases what is checked
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Suite(String name, List<Case> cases) {

  /** Checks the contents. */
  public Suite {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("name is missing");
    }
    if (cases == null || cases.isEmpty()) {
      throw new IllegalArgumentException("cases are missing");
    }
    cases = List.copyOf(cases);
    Set<String> names = new HashSet<>();
    for (Case c : cases) {
      if (!names.add(c.name)) {
        throw new IllegalArgumentException("two cases are called " + c.name);
      }
    }
  }

  /**
   * A network on a machine with inputs. Files are relative to the suite's.
   *
   * @param name of the case, letters, digits, dots, dashes and underscores
   * @param network a .bitloom or .tflite file
   * @param rounding of a .tflite model: double or single
   * @param input codes (.npy)
   * @param samples how many of them, 0 for all
   * @param accelerator a preset or a YAML file
   * @param golden the stored tensors and cycles; null: none are kept
   * @param rtl whether the hardware is built and compared
   * @param maxBits ceiling of the encoded size of all feature maps of a sample, mean, bits; null:
   *     none
   * @param accuracy floor of the accuracy; null: none
   * @param floatModel the float model it came from; null: none
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Case(
      String name,
      String network,
      String rounding,
      String input,
      Integer samples,
      String accelerator,
      String golden,
      Boolean rtl,
      Long maxBits,
      AccuracyFloor accuracy,
      FloatModel floatModel) {
    /** Defaults and checks. */
    public Case {
      if (name == null || !name.matches("[A-Za-z0-9._-]{1,80}")) {
        throw new IllegalArgumentException(
            "name of a case must be 1 to 80 letters, digits, dots, dashes or underscores");
      }
      if (network == null || input == null) {
        throw new IllegalArgumentException("case " + name + " needs network and input");
      }
      rounding = rounding == null ? "double" : rounding;
      samples = samples == null ? 0 : samples;
      accelerator = accelerator == null ? "small" : accelerator;
      rtl = rtl == null || rtl;
      if (samples < 0) {
        throw new IllegalArgumentException("case " + name + ": samples is " + samples);
      }
    }
  }

  /**
   * A floor of the accuracy.
   *
   * @param data a data set: {@code fashion-mnist} (the images that come with Bitloom)
   * @param floor 0 to 1
   */
  public record AccuracyFloor(String data, double floor) {}

  /**
   * The float model a network was made from.
   *
   * @param model an ONNX file
   * @param minSnr least signal-to-noise ratio of the outputs, dB
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record FloatModel(String model, double minSnr) {}
}
