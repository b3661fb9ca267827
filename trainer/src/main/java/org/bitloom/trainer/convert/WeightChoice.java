package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.calibrate.KMeans;

/** How weights are stored; the integers they stand for are multiplied all the same. */
public sealed interface WeightChoice {

  /**
   * As the activations' family has it: symmetric per output channel for int8, one fraction length
   * for dynamic fixed point.
   *
   * @param bits width of a code, or 0 for the activations' width
   */
  record Linear(int bits) implements WeightChoice {}

  /** A sign and an exponent. */
  record Logarithmic(int bits) implements WeightChoice {}

  /** Indices into a book of {@code 2^bits} shared values. */
  record Shared(int bits, KMeans.Start start) implements WeightChoice {}
}
