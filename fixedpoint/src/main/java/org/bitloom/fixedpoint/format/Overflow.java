package org.bitloom.fixedpoint.format;

/** What happens to a result that does not fit its code. */
public enum Overflow {
  /** The nearest representable code. */
  SATURATE,
  /** The low bits, as two's complement. */
  WRAP;

  /** Brings {@code raw} into {@code bits}-bit two's complement; {@code bits} from 1 to 63. */
  public long apply(long raw, int bits) {
    return switch (this) {
      case SATURATE -> Math.clamp(raw, -(1L << (bits - 1)), (1L << (bits - 1)) - 1);
      case WRAP -> raw << (64 - bits) >> (64 - bits);
    };
  }
}
