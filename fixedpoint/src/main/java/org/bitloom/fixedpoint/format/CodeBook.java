package org.bitloom.fixedpoint.format;

import java.util.List;

/**
 * Shared weights: a code is an index into a book of integers (method catalogue Q7; Han et al.,
 * 2016).
 *
 * @param bits width of an index, 1 to 8
 * @param entries at most {@code 2^bits} codes of {@code of}
 * @param of what an entry means: symmetric with one scale, or dynamic fixed point
 */
public record CodeBook(int bits, List<Integer> entries, WeightFormat of) implements WeightFormat {

  /** Checks and copies. */
  public CodeBook {
    entries = List.copyOf(entries);
    if (bits < 1 || bits > 8 || entries.isEmpty() || entries.size() > 1 << bits) {
      throw new IllegalArgumentException(
          "a book of " + entries.size() + " entries with " + bits + "-bit indices");
    }
    if (of instanceof CodeBook || of.scales() != 1) {
      throw new IllegalArgumentException("entries of a code book need one format with one scale");
    }
    for (int e : entries) {
      if (!of.isCode(e)) {
        throw new IllegalArgumentException("entry " + e + " exceeds " + of.bits() + " bits");
      }
    }
  }

  @Override
  public boolean isCode(int code) {
    return code >= 0 && code < entries.size();
  }

  @Override
  public int integer(int code) {
    return of.integer(entries.get(code));
  }

  @Override
  public int integerBits() {
    return of.integerBits();
  }

  @Override
  public double scale(int channel) {
    return of.scale(channel);
  }
}
