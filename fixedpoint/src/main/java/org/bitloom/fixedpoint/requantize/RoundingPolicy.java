package org.bitloom.fixedpoint.requantize;

/** The two ways TensorFlow Lite multiplies an accumulator by a real below one. */
public enum RoundingPolicy {
  /**
   * Doubling high multiplication, then a rounding shift: two roundings (the reference kernels'
   * default).
   */
  DOUBLE,
  /** One 64-bit product and one rounding shift ({@code TFLITE_SINGLE_ROUNDING}). */
  SINGLE
}
