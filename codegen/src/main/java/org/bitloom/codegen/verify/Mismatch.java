package org.bitloom.codegen.verify;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/**
 * The first difference between hardware and simulator.
 *
 * @param sample which sample
 * @param layer the layer's name
 * @param what {@code value}, {@code cycles}, {@code beats}, {@code last}, {@code argmax}, {@code
 *     address} or {@code hang}
 * @param value more about a value, or null
 * @param expected what the simulator says
 * @param found what the hardware did
 * @param cycle clock cycle since reset
 * @param signal where it is in the hardware
 */
public record Mismatch(
    int sample,
    String layer,
    String what,
    @JsonUnwrapped Value value,
    long expected,
    long found,
    long cycle,
    String signal) {

  /**
   * A value.
   *
   * @param tensor name of the tensor
   * @param index {@code (n, y, x, c)}
   * @param expectedReal the real number expected
   * @param foundReal the real number found
   * @param tokens what is expected around it, run-length coded
   */
  public record Value(
      String tensor, List<Integer> index, double expectedReal, double foundReal, String tokens) {}

  /** Name of the tensor, or null. */
  public String tensor() {
    return value == null ? null : value.tensor();
  }

  /** Index of the value, or null. */
  public List<Integer> index() {
    return value == null ? null : value.index();
  }

  /** One line for people. */
  public String describe() {
    String place =
        value != null
            ? value.tensor
                + " at (n, y, x, c) = "
                + value.index.toString().replace("[", "(").replace("]", ")")
            : what;
    return "layer "
        + layer
        + ", "
        + place
        + ": expected "
        + expected
        + (value != null ? " (" + (float) value.expectedReal + ")" : "")
        + ", found "
        + found
        + (value != null ? " (" + (float) value.foundReal + ")" : "")
        + ", at cycle "
        + cycle
        + ", signal "
        + signal;
  }
}
