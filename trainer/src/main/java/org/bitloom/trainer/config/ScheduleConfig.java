package org.bitloom.trainer.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.bitloom.trainer.train.Schedule;

/**
 * The {@code schedule:} of a configuration: a word, or a map with its numbers.
 *
 * @param type constant, cosine, step, inverse_time, exponential or natural_exponential
 * @param every epochs of a step
 * @param by factor of a step
 * @param beta of the decays
 * @param warmUp epochs from 0 to the full rate before
 */
public record ScheduleConfig(String type, Integer every, Double by, Double beta, Double warmUp) {

  /** A word alone. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ScheduleConfig of(String type) {
    return new ScheduleConfig(type, null, null, null, null);
  }

  /** A map. */
  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public static ScheduleConfig of(
      @JsonProperty("type") String type,
      @JsonProperty("every") Integer every,
      @JsonProperty("by") Double by,
      @JsonProperty("beta") Double beta,
      @JsonProperty("warm_up") Double warmUp) {
    return new ScheduleConfig(type, every, by, beta, warmUp);
  }

  Schedule build() {
    Schedule s =
        switch (type == null ? "constant" : type) {
          case "constant" -> new Schedule.Constant();
          case "cosine" -> new Schedule.Cosine();
          case "step" -> new Schedule.Step((int) need("every", every), need("by", by));
          case "inverse_time" -> new Schedule.InverseTime(need("beta", beta));
          case "exponential" -> new Schedule.Exponential(need("beta", beta));
          case "natural_exponential" -> new Schedule.NaturalExponential(need("beta", beta));
          default ->
              throw new IllegalArgumentException(
                  "schedule is "
                      + type
                      + ", write constant, cosine, step, inverse_time, exponential or"
                      + " natural_exponential");
        };
    return warmUp == null ? s : new Schedule.WarmUp(warmUp, s);
  }

  private double need(String key, Number value) {
    if (value == null) {
      throw new IllegalArgumentException("schedule " + type + " needs " + key);
    }
    return value.doubleValue();
  }
}
