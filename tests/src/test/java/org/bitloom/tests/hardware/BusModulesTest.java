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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams in and out, FIFO and registers under random valid and ready. */
class BusModulesTest {
  @TempDir Path dir;

  @Test
  void loaderSplitsBeatsOverTheEncoders() {
    SplittableRandom r = new SplittableRandom(8);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_load",
            Map.of("S", 4, "AB", 5, "TB", 8, "XW", 6))) {
      m.reset();
      for (int round = 0; round < 30; round++) {
        loadOne(
            m,
            r,
            r.nextBoolean(),
            r.nextInt(1, 5),
            r.nextInt(1, 6),
            r.nextInt(1, 5),
            r.nextInt(1, 5));
      }
    }
  }

  private static void loadOne(
      ModuleServer m,
      SplittableRandom r,
      boolean columns,
      int beats,
      int groups,
      int rows,
      int tail) {
    m.set("active_i", false);
    m.set("s_valid_i", false);
    m.step();
    m.set("d_columns_i", columns);
    m.set("d_last_beat_i", beats - 1, 6);
    m.set("d_last_x_i", groups - 1, 6);
    m.set("d_last_y_i", rows - 1, 6);
    m.set("d_tail_lanes_i", (1 << tail) - 1, 4);
    m.set("d_zero_i", -3, 5);
    m.set("active_i", true);
    int total = beats * groups * rows;
    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    int at = 0;
    boolean done = false;
    while (!done) {
      boolean valid = at < total && r.nextInt(3) > 0;
      int[] lanes = r.ints(4, -16, 16).toArray();
      long word = 0;
      for (int j = 0; j < 4; j++) {
        word |= (lanes[j] & 31L | r.nextInt(8) << 5) << (8 * j);
      }
      m.set("s_valid_i", valid);
      m.set("s_data_i", word, 32);
      if (m.get("m_valid_o").signum() != 0) {
        found.add(shown(m));
      }
      done = m.is("done_o");
      assertEquals(at < total, m.is("s_ready_o"), "ready until the last beat is in");
      m.step();
      if (valid) {
        boolean lastBeat = at % beats == beats - 1;
        boolean lastGroup = at / beats % groups == groups - 1;
        int mask = columns && lastGroup ? (1 << tail) - 1 : 15;
        StringBuilder s = new StringBuilder();
        for (int j = 0; j < 4; j++) {
          boolean missing = !columns && lastBeat && j >= tail;
          s.append((mask >> j & 1) != 0 ? (missing ? -3 : lanes[j]) : "-").append(' ');
        }
        expected.add(s + "" + (at % (beats * groups) == 0) + " " + lastBeat);
        at++;
      }
    }
    assertEquals(expected, found);
  }

  private static String shown(ModuleServer m) {
    StringBuilder s = new StringBuilder();
    for (int j = 0; j < 4; j++) {
      s.append(m.get("m_valid_o").testBit(j) ? m.signed("m_codes_o", 5 * j, 5) : "-").append(' ');
    }
    return s + "" + m.is("m_row_first_o") + " " + m.is("m_pix_last_o");
  }

  @Test
  void unloaderStreamsTheDenseMapAndHoldsItsDataWhileNotReady() {
    int s = 2;
    int rb = 2;
    int ab = 6;
    int tok = rb + ab + 1;
    SplittableRandom r = new SplittableRandom(9);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_unload",
            Map.of("S", s, "AB", ab, "TB", 8, "RB", rb, "FAW", 10, "XW", 6, "CW", 8))) {
      m.reset();
      for (int round = 0; round < 20; round++) {
        int perPixel = r.nextInt(1, 7);
        int pixels = r.nextInt(1, 12);
        int zero = r.nextInt(-32, 32);
        int[][][] codes = new int[s][pixels][perPixel];
        List<List<Long>> memory = new ArrayList<>();
        for (int j = 0; j < s; j++) {
          List<Long> words = new ArrayList<>();
          for (int[] pixel : codes[j]) {
            for (int i = 0; i < perPixel; i++) {
              pixel[i] = r.nextBoolean() ? zero : r.nextInt(-32, 32);
            }
            for (Token t : new RunLengthCode(rb, zero).encode(pixel)) {
              words.add((t.last() ? 1L << (rb + ab) : 0) | (long) t.run() << ab | t.value() & 63);
            }
          }
          memory.add(words);
        }
        unloadOne(m, r, codes, memory, perPixel, pixels, zero, tok);
      }
    }
  }

  private static void unloadOne(
      ModuleServer m,
      SplittableRandom r,
      int[][][] codes,
      List<List<Long>> memory,
      int perPixel,
      int pixels,
      int zero,
      int tok) {
    int base = 5;
    int total = perPixel * pixels;
    m.set("d_base_i", base, 10);
    m.set("d_zero_i", zero, 6);
    m.set("d_last_beat_i", perPixel - 1, 6);
    m.set("d_last_i", total - 1, 8);
    m.set("m_ready_i", false);
    m.set("start_i", true);
    BigInteger next = read(m, memory, base, tok);
    m.step();
    m.set("start_i", false);
    String held = null;
    int out = 0;
    for (int cycle = 0; out < total; cycle++) {
      assertTrue(cycle < 50 * total + 50, "the stream hangs");
      boolean ready = r.nextInt(3) > 0;
      m.set("fm_data_i", next);
      m.set("m_ready_i", ready);
      if (m.is("m_valid_o")) {
        String shown =
            m.signed("m_data_o", 0, 8) + " " + m.signed("m_data_o", 8, 8) + " " + m.is("m_last_o");
        assertTrue(held == null || held.equals(shown), "data changed while not ready");
        held = ready ? null : shown;
        if (ready) {
          int p = out / perPixel;
          int e = out % perPixel;
          assertEquals(codes[0][p][e] + " " + codes[1][p][e] + " " + (out == total - 1), shown);
          assertEquals(out == total - 1, m.is("done_o"));
          out++;
        }
      } else {
        assertTrue(held == null, "valid fell without a transfer");
      }
      next = read(m, memory, base, tok);
      m.step();
    }
    m.set("m_ready_i", true);
    for (int i = 0; i < 4; i++) {
      assertTrue(!m.is("m_valid_o"), "nothing follows the last beat");
      m.step();
    }
  }

  private static BigInteger read(ModuleServer m, List<List<Long>> memory, int base, int tok) {
    BigInteger word = BigInteger.ZERO;
    for (int j = 0; j < memory.size(); j++) {
      int at = (m.get("fm_addr_o").shiftRight(10 * j).intValue() & 1023) - base;
      long v = at >= 0 && at < memory.get(j).size() ? memory.get(j).get(at) : 0;
      word = word.or(BigInteger.valueOf(v).shiftLeft(tok * j));
    }
    return word;
  }

  @Test
  void fifoKeepsOrderAtEveryDepth() {
    for (int depth : new int[] {2, 3, 5}) {
      SplittableRandom r = new SplittableRandom(depth);
      try (ModuleServer m =
          new ModuleServer(
              Plans.withRequantizer(true),
              dir.resolve("d" + depth),
              "bl_fifo",
              Map.of(
                  "WIDTH",
                  12,
                  "DEPTH",
                  depth,
                  "ADDR",
                  depth == 2 ? 1 : depth == 3 ? 2 : 3,
                  "COUNT",
                  depth == 2 || depth == 3 ? 2 : 3))) {
        m.reset();
        java.util.ArrayDeque<Integer> model = new java.util.ArrayDeque<>();
        for (int i = 0; i < 2000; i++) {
          boolean push = model.size() < depth && r.nextBoolean();
          boolean pop = !model.isEmpty() && r.nextBoolean();
          int v = r.nextInt(4096);
          m.set("push_i", push);
          m.set("pop_i", pop);
          m.set("data_i", v, 12);
          assertEquals(!model.isEmpty(), m.is("valid_o"));
          if (!model.isEmpty()) {
            assertEquals(model.peekFirst(), m.get("head_o").intValue());
          }
          m.step();
          if (pop) {
            model.removeFirst();
          }
          if (push) {
            model.addLast(v);
          }
        }
      }
    }
  }

  @Test
  void registersCountAndAnswerUnderRandomReady() {
    SplittableRandom r = new SplittableRandom(12);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true), dir, "bl_axil", Map.of("STEPS", 3, "STW", 2, "UW", 3))) {
      m.reset();
      assertEquals(0x424C4F4D, read(m, r, 0));
      assertEquals(1, read(m, r, 4), "enabled after reset");
      write(m, r, 4, 0);
      assertEquals(0, read(m, r, 4));
      assertTrue(!m.is("enable_o"));
      m.step();
      write(m, r, 0, 77);
      assertEquals(0x424C4F4D, read(m, r, 0), "read-only");
      for (int n = 1; n <= 3; n++) {
        int[] cycles = r.ints(3, 1, 100_000).toArray();
        int useful = 0;
        for (int s = 0; s < 3; s++) {
          for (int i = 0; i < 5; i++) {
            int u = r.nextInt(5);
            useful += u;
            m.set("useful_i", u, 3);
            m.set("step_i", s, 2);
            m.set("busy_i", true);
            m.set("step_end_i", i == 4);
            m.set("step_cycles_i", cycles[s], 32);
            m.step();
          }
        }
        m.set("useful_i", 0, 3);
        m.set("step_end_i", false);
        m.set("busy_i", false);
        m.set("step_i", 0, 2);
        assertEquals(n, read(m, r, 0x0c));
        assertEquals(cycles[0] + cycles[1] + cycles[2], read(m, r, 0x10));
        assertEquals(useful, read(m, r, 0x14));
        assertEquals(3, read(m, r, 0x18));
        for (int s = 0; s < 3; s++) {
          assertEquals(cycles[s], read(m, r, 0x100 + 4 * s));
        }
        assertEquals(0, read(m, r, 0x100 + 12), "beyond the last step");
        assertEquals(0, read(m, r, 0x40));
      }
    }
  }

  private static int read(ModuleServer m, SplittableRandom r, int address) {
    m.set("s_araddr_i", address, 12);
    m.set("s_arvalid_i", true);
    m.set("s_rready_i", false);
    while (!m.is("s_arready_o")) {
      m.step();
    }
    m.step();
    m.set("s_arvalid_i", false);
    while (true) {
      boolean ready = r.nextBoolean();
      m.set("s_rready_i", ready);
      boolean valid = m.is("s_rvalid_o");
      int v = m.get("s_rdata_o").intValue();
      m.step();
      if (valid && ready) {
        m.set("s_rready_i", false);
        return v;
      }
    }
  }

  private static void write(ModuleServer m, SplittableRandom r, int address, int value) {
    m.set("s_awaddr_i", address, 12);
    m.set("s_wdata_i", value, 32);
    m.set("s_wstrb_i", 15, 4);
    boolean aw = r.nextBoolean();
    m.set("s_awvalid_i", aw);
    m.set("s_wvalid_i", !aw);
    assertTrue(!m.is("s_awready_o") && !m.is("s_wready_o"), "address and data are taken together");
    m.step();
    m.set("s_awvalid_i", true);
    m.set("s_wvalid_i", true);
    assertTrue(m.is("s_awready_o") && m.is("s_wready_o"));
    m.step();
    m.set("s_awvalid_i", false);
    m.set("s_wvalid_i", false);
    m.set("s_bready_i", true);
    assertTrue(m.is("s_bvalid_o"));
    m.step();
    m.set("s_bready_i", false);
  }
}
