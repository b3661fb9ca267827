package org.bitloom.codegen.verify;

/**
 * The first difference between hardware and simulator.
 *
 * @param sample which sample
 * @param layer the layer's name
 * @param what {@code value}, {@code cycles}, {@code beats}, {@code last} or {@code hang}
 * @param tensor name of the tensor, if a value differs
 * @param index {@code (n, y, x, c)}, if a value differs
 * @param expected what the simulator says
 * @param found what the hardware did
 * @param cycle clock cycle since reset
 */
public record Mismatch(
    int sample,
    String layer,
    String what,
    String tensor,
    java.util.List<Integer> index,
    long expected,
    long found,
    long cycle) {

  /** One line for people. */
  public String describe() {
    String place =
        what.equals("value")
            ? tensor + " at (n, y, x, c) = " + index.toString().replace("[", "(").replace("]", ")")
            : what;
    return "layer "
        + layer
        + ", "
        + place
        + ": expected "
        + expected
        + ", found "
        + found
        + ", at cycle "
        + cycle;
  }
}
