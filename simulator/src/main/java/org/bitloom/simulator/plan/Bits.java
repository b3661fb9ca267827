package org.bitloom.simulator.plan;

/** Widths of unsigned numbers. */
public final class Bits {
  private Bits() {}

  /** Bits of an index into {@code n} things, at least 1. */
  public static int forIndex(long n) {
    return Math.max(1, 64 - Long.numberOfLeadingZeros(Math.max(n - 1, 0)));
  }

  /** Bits that hold the number {@code n}, at least 1. */
  public static int forCount(long n) {
    return forIndex(n + 1);
  }
}
