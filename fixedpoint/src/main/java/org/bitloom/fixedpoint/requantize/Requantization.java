package org.bitloom.fixedpoint.requantize;

/** How an exact accumulator becomes an output code, before zero point and clamp are applied. */
public sealed interface Requantization permits MultiplierRequantization, ShiftRequantization {

  /** The accumulator of an output channel at the output's scale, without zero point. */
  long apply(long acc, int channel);
}
