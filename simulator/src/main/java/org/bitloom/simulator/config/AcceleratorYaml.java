package org.bitloom.simulator.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.bitloom.fixedpoint.error.BadInputException;

/** The YAML form: a preset, and what differs from it. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record AcceleratorYaml(
    String preset,
    Integer slices,
    Integer lanes,
    Integer runBits,
    Integer fifoDepth,
    Integer requantizers,
    Integer multiplyStages,
    Integer featureWords,
    Integer weightWords,
    Integer sideWords,
    Integer weightBusBits,
    Integer weightBusLatency) {
  private static final int LATENCY = 20;

  AcceleratorConfig build(String where) {
    AcceleratorConfig base = AcceleratorConfig.PRESETS.get(preset == null ? "small" : preset);
    if (base == null) {
      throw new BadInputException(where, "preset is " + preset, "write tiny, small or large");
    }
    try {
      return new AcceleratorConfig(
          or(slices, base.slices()),
          or(lanes, base.lanes()),
          or(runBits, base.runBits()),
          or(fifoDepth, base.fifoDepth()),
          or(requantizers, base.requantizers()),
          or(multiplyStages, base.multiplyStages()),
          or(featureWords, base.featureWords()),
          or(weightWords, base.weightWords()),
          or(sideWords, base.sideWords()),
          weightBusBits == null
              ? base.weightBus()
              : new WeightBus(weightBusBits, or(weightBusLatency, LATENCY)));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(where, e.getMessage(), "correct it", e);
    }
  }

  private static int or(Integer value, int base) {
    return value == null ? base : value;
  }
}
