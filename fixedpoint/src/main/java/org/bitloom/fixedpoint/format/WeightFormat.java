package org.bitloom.fixedpoint.format;

/** What the codes of a weight tensor mean. */
public sealed interface WeightFormat permits ChannelScales, QFormat {

  /** Bits of a stored code. */
  int bits();

  /** The real weight of a code of an output channel. */
  double toReal(long code, int channel);
}
