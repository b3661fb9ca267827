package org.bitloom.fixedpoint.format;

/**
 * What the codes of a weight tensor mean. A code stands for an integer, which is what is
 * multiplied, and the real weight is that integer times a scale.
 */
public sealed interface WeightFormat permits ChannelScales, QFormat, LogFormat, CodeBook {

  /** Bits of a stored code. */
  int bits();

  /** Whether {@code code} is one of the format's. */
  default boolean isCode(int code) {
    return code >= -(1 << (bits() - 1)) && code < 1 << (bits() - 1);
  }

  /** The integer a code stands for. */
  default int integer(int code) {
    return code;
  }

  /** Two's complement bits that hold every integer. */
  default int integerBits() {
    return bits();
  }

  /** The real of the integer 1 in an output channel. */
  double scale(int channel);

  /** Number of scales: 1, or the output channels. */
  default int scales() {
    return 1;
  }

  /** The real weight of a code of an output channel. */
  default double toReal(int code, int channel) {
    return scale(channel) * integer(code);
  }
}
