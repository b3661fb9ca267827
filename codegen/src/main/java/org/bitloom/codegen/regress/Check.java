package org.bitloom.codegen.regress;

/**
 * One link of the chain, checked.
 *
 * @param link which
 * @param passed whether it held
 * @param layer the layer it broke at, or null
 * @param message what was found, one line
 */
public record Check(Link link, boolean passed, String layer, String message) {
  static Check pass(Link link, String message) {
    return new Check(link, true, null, message);
  }

  static Check fail(Link link, String layer, String message) {
    return new Check(link, false, layer, message);
  }

  /** The links from the file to the hardware, in the order in which a break shows. */
  public enum Link {
    /** The network's definition against the recorded one. */
    NETWORK,
    /** The stored tensors are intact. */
    GOLDEN,
    /** Float model against the quantized network's outputs. */
    FLOAT,
    /** Reference integers against the stored ones. */
    REFERENCE,
    /** Fast integers against the reference. */
    EXECUTOR,
    /** The machine and its cycles against the recorded ones. */
    CYCLES,
    /** Encoded size against its ceiling. */
    SIZE,
    /** Accuracy against its floor. */
    ACCURACY,
    /** Hardware against simulator. */
    RTL
  }
}
