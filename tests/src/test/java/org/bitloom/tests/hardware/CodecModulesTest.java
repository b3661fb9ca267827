package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.rle.RunLengthCode;
import org.bitloom.fixedpoint.rle.Token;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Run-length encoder and decoder against the Java codec. */
class CodecModulesTest {
  private static final int BASE = 37;
  @TempDir Path dir;

  private static int[][] pixels(SplittableRandom r, int count, int length, int zero, int bits) {
    int[][] p = new int[count][length];
    for (int[] pixel : p) {
      double zeros = r.nextInt(4) == 0 ? r.nextInt(2) : r.nextDouble();
      for (int i = 0; i < length; i++) {
        pixel[i] = r.nextDouble() < zeros ? zero : r.nextInt(-(1 << (bits - 1)), 1 << (bits - 1));
      }
    }
    return p;
  }

  private static long word(Token t, int ab, int rb) {
    return (t.last() ? 1L << (ab + rb) : 0) | (long) t.run() << ab | (t.value() & ((1L << ab) - 1));
  }

  @ParameterizedTest
  @CsvSource({"8, 4, 16, -128", "8, 1, 1, 0", "2, 1, 7, 1", "12, 3, 40, -5", "16, 6, 3, 32767"})
  void encoderWritesTheTokensOfTheJavaCodec(int ab, int rb, int length, int zero) {
    SplittableRandom r = new SplittableRandom(ab * 31 + rb);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_rle_encoder",
            Map.of("AB", ab, "RB", rb, "FAW", 16))) {
      m.reset();
      m.set("zero_i", zero, ab);
      m.set("base_i", BASE, 16);
      for (int round = 0; round < 3; round++) { // a new tensor starts clean
        int[][] pixels = pixels(r, 120, length, zero, ab);
        List<Long> expected = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        RunLengthCode code = new RunLengthCode(rb, zero);
        for (int[] p : pixels) {
          starts.add(BASE + expected.size());
          code.encode(p).forEach(t -> expected.add(word(t, ab, rb)));
        }
        m.set("start_i", true);
        m.set("s_valid_i", false);
        m.step();
        m.set("start_i", false);
        List<Long> written = new ArrayList<>();
        for (int p = 0; p < pixels.length; p++) {
          for (int i = 0; i < length; ) {
            boolean valid = r.nextInt(4) > 0;
            m.set("s_valid_i", valid);
            m.set("s_data_i", valid ? pixels[p][i] : r.nextInt(), ab);
            m.set("s_last_i", valid ? i == length - 1 : r.nextBoolean());
            if (valid && i == 0) {
              assertEquals(
                  starts.get(p), m.get("next_o").intValue(), "row pointer before pixel " + p);
            }
            collect(m, written);
            m.step();
            i += valid ? 1 : 0;
          }
        }
        m.set("s_valid_i", false);
        collect(m, written); // the token of the last code waits one cycle
        m.step();
        assertEquals(expected, written);
        assertTrue(!m.is("we_o"), "nothing is left behind");
        m.step();
      }
    }
  }

  private static void collect(ModuleServer m, List<Long> written) {
    if (m.is("we_o")) {
      assertEquals(BASE + written.size(), m.get("waddr_o").intValue());
      written.add(m.get("wdata_o").longValue());
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 4, 16, -128", "8, 1, 1, 0", "2, 1, 7, 1", "12, 3, 40, -5"})
  void decoderGivesBackTheCodes(int ab, int rb, int length, int zero) {
    SplittableRandom r = new SplittableRandom(ab * 37 + rb);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_rle_decoder",
            Map.of("AB", ab, "RB", rb, "FAW", 16, "EW", 8))) {
      m.reset();
      int[][] pixels = pixels(r, 150, length, zero, ab);
      List<Long> memory = new ArrayList<>();
      RunLengthCode code = new RunLengthCode(rb, zero);
      for (int[] p : pixels) {
        code.encode(p).forEach(t -> memory.add(word(t, ab, rb)));
      }
      m.set("zero_i", zero, ab);
      m.set("last_pos_i", length - 1, 8);
      m.set("base_i", BASE, 16);
      m.set("start_i", true);
      long next = read(m, memory);
      m.step();
      m.set("start_i", false);
      for (int p = 0; p < pixels.length; p++) {
        for (int i = 0; i < length; ) {
          boolean step = r.nextInt(3) > 0;
          m.set("rdata_i", BigInteger.valueOf(next));
          m.set("step_i", step);
          assertEquals(pixels[p][i], m.signed("code_o", 0, ab), "pixel " + p + " code " + i);
          next = read(m, memory);
          m.step();
          i += step ? 1 : 0;
        }
      }
    }
  }

  /** The registered memory: what is asked for now comes in the next cycle. */
  private static long read(ModuleServer m, List<Long> memory) {
    int at = m.get("raddr_o").intValue() - BASE;
    return at >= 0 && at < memory.size() ? memory.get(at) : 0;
  }
}
