package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.rle.RunLengthCode;
import org.bitloom.fixedpoint.rle.Token;
import org.bitloom.simulator.plan.Bits;
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
  @CsvSource({
    "8, 4, 16, -128, 1",
    "8, 1, 1, 0, 1",
    "2, 1, 7, 1, 2",
    "12, 3, 40, -5, 2",
    "16, 6, 3, 32767, 1",
    "8, 1, 9, 0, 4",
    "6, 2, 1, 3, 4"
  })
  void encoderWritesTheTokensOfTheJavaCodec(int ab, int rb, int length, int zero, int q) {
    SplittableRandom r = new SplittableRandom(ab * 31 + rb);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_rle_encoder",
            Map.of("AB", ab, "RB", rb, "FAW", 16, "Q", q, "QC", Bits.forCount(q)))) {
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
        m.set("s_valid_i", 0, q);
        m.step();
        m.set("start_i", false);
        List<Long> written = new ArrayList<>();
        for (int p = 0; p < pixels.length; p++) {
          for (int i = 0; i < length; ) {
            int codes = Math.min(r.nextInt(q + 1), length - i);
            boolean valid = codes > 0;
            BigInteger data = BigInteger.ZERO;
            for (int j = q - 1; j >= 0; j--) {
              int c = j < codes ? pixels[p][i + j] : r.nextInt();
              data = data.shiftLeft(ab).or(BigInteger.valueOf(c & ((1L << ab) - 1)));
            }
            m.set("s_valid_i", (1L << codes) - 1, q);
            m.set("s_data_i", data);
            m.set("s_last_i", valid ? i + codes == length : r.nextBoolean());
            if (valid && i == 0) {
              assertEquals(
                  starts.get(p), m.get("next_o").intValue(), "row pointer before pixel " + p);
            }
            collect(m, written, ab + rb + 1);
            m.step();
            i += codes;
          }
        }
        m.set("s_valid_i", 0, q);
        collect(m, written, ab + rb + 1); // the token of the last code waits one cycle
        m.step();
        assertEquals(expected, written);
        assertEquals(0, m.get("we_o").intValue(), "nothing is left behind");
        m.step();
      }
    }
  }

  private static void collect(ModuleServer m, List<Long> written, int bits) {
    int count = m.get("we_o").intValue();
    if (count > 0) {
      assertEquals(BASE + written.size(), m.get("waddr_o").intValue());
    }
    for (int i = 0; i < count; i++) {
      written.add(m.get("wdata_o").shiftRight(i * bits).longValue() & ((1L << bits) - 1));
    }
  }

  /** Up to Q tokens at consecutive addresses in, any one out a cycle later. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "4, 2"})
  void tokenMemoryHoldsWhatIsWritten(int q, int log) {
    SplittableRandom r = new SplittableRandom(q);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_token_ram",
            Map.of(
                "WIDTH", 7, "DEPTH", 50, "ADDR", 6, "Q", q, "QW", log, "QC", Bits.forCount(q)))) {
      Integer[] there = new Integer[50];
      Integer expected = null;
      for (int i = 0; i < 3000; i++) {
        int count = r.nextInt(q + 1);
        int at = r.nextInt(50 - q);
        int read = r.nextInt(50);
        BigInteger data = BigInteger.ZERO;
        int[] words = r.ints(q, 0, 128).toArray();
        for (int j = q - 1; j >= 0; j--) {
          data = data.shiftLeft(7).or(BigInteger.valueOf(words[j]));
        }
        m.set("we_i", count, Bits.forCount(q));
        m.set("waddr_i", at, 6);
        m.set("wdata_i", data);
        m.set("raddr_i", read, 6);
        if (expected != null) {
          assertEquals(expected, m.get("rdata_o").intValue());
        }
        m.step();
        expected = there[read]; // a write in the same cycle comes too late
        for (int j = 0; j < count; j++) {
          there[at + j] = words[j];
        }
      }
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
