package org.bitloom.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tflite.TfliteImport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged models: cut, flipped, with wrong offsets and absurd numbers. Only the one-line error may
 * come out.
 */
class TfliteFuzzTest {

  private static byte[] model(String name) throws IOException {
    try (InputStream in =
        TfliteFuzzTest.class.getResourceAsStream("/conformance/" + name + "/model.tflite")) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"keyword-spotting", "image-classification"})
  void damagedModelsGiveTheOneLineError(String name) throws IOException {
    byte[] good = model(name);
    SplittableRandom r = new SplittableRandom(17);
    int refused = 0;
    long deadline = System.nanoTime() + 60_000_000_000L;
    for (int i = 0; i < 3000; i++) {
      assertTrue(System.nanoTime() < deadline, "importing damaged models takes too long");
      byte[] bad = damage(good, r);
      try {
        TfliteImport.decode(bad, "bad.tflite", RoundingPolicy.DOUBLE);
      } catch (BadInputException e) {
        refused++;
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().startsWith("bad.tflite"), e.getMessage());
      }
    }
    assertTrue(refused > 1000, refused + " refused");
  }

  private static byte[] damage(byte[] good, SplittableRandom r) {
    if (r.nextInt(6) == 0) {
      return Arrays.copyOf(good, r.nextInt(good.length));
    }
    byte[] bad = good.clone();
    for (int j = r.nextInt(1, 12); j > 0; j--) {
      int at =
          r.nextBoolean()
              ? r.nextInt(bad.length)
              : bad.length - 1 - r.nextInt(9000); // the tables lie at the end
      switch (r.nextInt(3)) {
        case 0 -> bad[at] ^= (byte) (1 << r.nextInt(8));
        case 1 -> bad[at] = (byte) r.nextInt(256);
        default -> {
          int word =
              r.nextBoolean()
                  ? r.nextInt()
                  : new int[] {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30}[r.nextInt(5)];
          for (int k = 0; k < 4 && (at & ~3) + k < bad.length; k++) {
            bad[(at & ~3) + k] = (byte) (word >> (8 * k));
          }
        }
      }
    }
    return bad;
  }
}
