package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.simulator.plan.Bits;
import org.bitloom.simulator.plan.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pooling against plain loops over the window, in every mode, with gaps between the beats. */
class PoolModuleTest {
  private static final int S = 2;
  private static final int AB = 8;
  private static final int SUMW = AB + Bits.forCount(25) + 1;
  @TempDir Path dir;

  @Test
  void poolsEveryWindowExactly() {
    SplittableRandom r = new SplittableRandom(6);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_pool",
            Map.of(
                "P", S, "AB", AB, "SUMW", SUMW, "RECW", 20, "SHW", 6, "XW", 8, "WORDS", 64, "PW",
                6))) {
      m.reset();
      for (int round = 0; round < 40; round++) {
        one(m, r, round);
      }
    }
  }

  private static void one(ModuleServer m, SplittableRandom r, int round) {
    int wh = round == 0 ? 1 : r.nextInt(1, 6);
    int ww = round == 0 ? 1 : r.nextInt(1, 6);
    int h = wh + r.nextInt(7);
    int w = ww + r.nextInt(7);
    int beats = r.nextInt(1, 4);
    boolean average = round > 0 && r.nextBoolean();
    Pool pool =
        new Pool(
            average,
            wh,
            ww,
            h / wh,
            w / ww,
            Rounding.values()[round % 4],
            r.nextBoolean() ? new Clamp(-128, 127) : new Clamp(-20, 60));
    int[][][] x = new int[h][w][beats * S];
    for (int[][] row : x) {
      for (int[] pixel : row) {
        for (int c = 0; c < pixel.length; c++) {
          pixel[c] = r.nextInt(8) == 0 ? (r.nextBoolean() ? -128 : 127) : r.nextInt(-128, 128);
        }
      }
    }
    configure(m, pool, h, w, beats);
    Deque<String> expected = expected(pool, x, beats);
    int done = 0;
    int total = h * w * beats;
    for (int i = 0; i < total || done < 6; ) {
      boolean valid = i < total && r.nextInt(3) > 0;
      m.set("s_valid_i", valid);
      if (valid) {
        int[] pixel = x[i / beats / w][i / beats % w];
        int word = 0;
        for (int j = 0; j < S; j++) {
          word |= (pixel[i % beats * S + j] & 255) << (8 * j);
        }
        m.set("s_codes_i", BigInteger.valueOf(word & 0xffffffffL));
        i++;
      }
      if (m.is("m_valid_o")) {
        assertEquals(expected.poll(), show(m), "round " + round + " " + pool);
      }
      m.step();
      done += i >= total ? 1 : 0;
    }
    assertEquals(0, expected.size());
  }

  private static String show(ModuleServer m) {
    return m.signed("m_codes_o", 0, 8)
        + " "
        + m.signed("m_codes_o", 8, 8)
        + " "
        + m.is("m_row_first_o")
        + " "
        + m.is("m_pix_last_o");
  }

  private static void configure(ModuleServer m, Pool p, int h, int w, int beats) {
    m.set("s_valid_i", false);
    m.set("d_average_i", p.average());
    m.set("d_last_beat_i", beats - 1, 8);
    m.set("d_last_x_i", w - 1, 8);
    m.set("d_last_y_i", h - 1, 8);
    m.set("d_last_wx_i", p.width() - 1, 8);
    m.set("d_last_wy_i", p.height() - 1, 8);
    m.set("d_cols_i", p.cols(), 8);
    m.set("d_rows_i", p.rows(), 8);
    m.set("d_count_i", p.count(), SUMW);
    m.set("d_offset_i", (long) p.count() << (AB - 1), SUMW);
    m.set("d_reciprocal_i", p.reciprocal(AB), 20);
    m.set("d_shift_i", p.reciprocalShift(AB), 6);
    m.set("d_mode_i", p.rounding().ordinal(), 2);
    m.set("d_lo_i", p.clamp().lo(), 8);
    m.set("d_hi_i", p.clamp().hi(), 8);
    m.set("start_i", true);
    m.step();
    m.set("start_i", false);
  }

  private static Deque<String> expected(Pool p, int[][][] x, int beats) {
    Deque<String> e = new ArrayDeque<>();
    for (int py = 0; py < p.rows(); py++) {
      for (int px = 0; px < p.cols(); px++) {
        for (int b = 0; b < beats; b++) {
          StringBuilder s = new StringBuilder();
          for (int j = 0; j < S; j++) {
            int max = Integer.MIN_VALUE;
            long sum = 0;
            for (int y = 0; y < p.height(); y++) {
              for (int c = 0; c < p.width(); c++) {
                int v = x[py * p.height() + y][px * p.width() + c][b * S + j];
                max = Math.max(max, v);
                sum += v;
              }
            }
            s.append(p.clamp().apply(p.average() ? p.rounding().divide(sum, p.count()) : max))
                .append(' ');
          }
          e.add(s + "" + (px == 0 && b == 0) + " " + (b == beats - 1));
        }
      }
    }
    return e;
  }
}
