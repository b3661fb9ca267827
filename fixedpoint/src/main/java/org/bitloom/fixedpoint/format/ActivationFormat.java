package org.bitloom.fixedpoint.format;

/** What the codes of a feature map mean: one format for the whole tensor. */
public sealed interface ActivationFormat permits AffineFormat, QFormat {

  /** Bits of a stored code, two's complement. */
  int bits();

  /** The code that stands for the real 0; "zero" for run-length coding and skipping. */
  int zeroCode();

  /** The real number a code stands for. */
  double toReal(long code);

  /**
   * The code nearest to a real under the given rounding, saturated to the range; NaN gives the zero
   * code.
   */
  int toCode(double real, Rounding rounding);

  /** The distance between neighbouring codes' reals. */
  double step();

  /** A short text for people, such as {@code int8 s=0.0235 z=-128} or {@code Q8.5}. */
  String describe();

  /** Smallest code. */
  default int minCode() {
    return -(1 << (bits() - 1));
  }

  /** Largest code. */
  default int maxCode() {
    return (1 << (bits() - 1)) - 1;
  }
}
