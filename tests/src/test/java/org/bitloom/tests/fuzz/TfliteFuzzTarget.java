package org.bitloom.tests.fuzz;

import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tflite.TfliteImport;

/**
 * What Jazzer calls. With 512 MiB of heap, an allocation beyond the file's honest size would end
 * it.
 */
public final class TfliteFuzzTarget {
  private TfliteFuzzTarget() {}

  /** Any bytes: a network or the one-line error. */
  public static void fuzzerTestOneInput(byte[] data) {
    try {
      TfliteImport.decode(data, "fuzz.tflite", RoundingPolicy.DOUBLE);
    } catch (BadInputException e) {
      if (e.getMessage().contains("\n")) {
        throw new IllegalStateException("more than one line", e);
      }
    }
  }
}
