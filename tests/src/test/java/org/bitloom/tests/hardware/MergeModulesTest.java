package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Residual additions and tables against their Java definitions. */
class MergeModulesTest {
  @TempDir Path dir;

  private static BigInteger parameters(QuantizedMultiplier m, RoundingPolicy policy) {
    boolean single = policy == RoundingPolicy.SINGLE;
    long right = single ? 31 - m.exponent() : Math.max(-m.exponent(), 0);
    long left = single ? 0 : Math.max(m.exponent(), 0);
    return BigInteger.valueOf(right << 36 | left << 31 | m.mantissa());
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void affineAdditionsAreExact(RoundingPolicy policy) {
    SplittableRandom r = new SplittableRandom(31);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withMergeAndTable(true),
            dir,
            "bl_merge_multiply",
            Map.of("SINGLE_ROUND", policy == RoundingPolicy.SINGLE ? 1 : 0, "AB", 8))) {
      for (int layer = 0; layer < 12; layer++) {
        AffineFormat[] f = new AffineFormat[3];
        for (int i = 0; i < 3; i++) {
          float scale = (float) Math.exp(r.nextDouble(-4, 1));
          f[i] = new AffineFormat(8, scale, r.nextInt(-128, 128));
        }
        Addition.Affine add = Addition.Affine.of(policy, f[0], f[1], f[2]);
        Clamp clamp = r.nextBoolean() ? Clamp.full(f[2]) : Clamp.relu(f[2]);
        boolean minus = r.nextInt(3) == 0;
        int mode = r.nextInt(6) == 0 ? 2 * r.nextInt(2) : 1;
        m.set("d_mode_i", mode, 2);
        m.set("d_minus_own_i", false);
        m.set("d_minus_other_i", minus);
        m.set("d_own_zero_i", f[0].zeroCode(), 8);
        m.set("d_other_zero_i", f[1].zeroCode(), 8);
        m.set("d_zero_i", f[2].zeroCode(), 8);
        m.set("d_lo_i", clamp.lo(), 8);
        m.set("d_hi_i", clamp.hi(), 8);
        m.set("d_own_i", parameters(add.left(), policy));
        m.set("d_other_i", parameters(add.right(), policy));
        m.set("d_sum_i", parameters(add.sum(), policy));
        Deque<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 600; i++) {
          int own = r.nextInt(-128, 128);
          int other = mode == 2 && own != f[2].zeroCode() ? f[2].zeroCode() : r.nextInt(-128, 128);
          m.set("s_own_i", own, 8);
          m.set("s_other_i", other, 8);
          if (i >= 10) {
            assertEquals(expected.poll(), m.signed("m_code_o", 0, 8), add + " " + mode);
          }
          m.step();
          long sum = add.apply(own - f[0].zeroCode(), other - f[1].zeroCode(), minus);
          expected.add(
              switch (mode) {
                case 0 -> own;
                case 1 -> clamp.apply(sum + f[2].zeroCode());
                default -> own + other - f[2].zeroCode();
              });
        }
      }
    }
  }

  @Test
  void fixedPointAdditionsAreExact() {
    SplittableRandom r = new SplittableRandom(32);
    int bits = 7;
    try (ModuleServer m =
        new ModuleServer(
            Plans.withMergeAndTable(false),
            dir,
            "bl_merge_shift",
            Map.of("AB", bits, "ALIGN", 9, "LEFT", 3))) {
      m.set("rst_i", false);
      for (int layer = 0; layer < 24; layer++) {
        int align = r.nextInt(10);
        boolean left = r.nextBoolean();
        ShiftRequantization q =
            new ShiftRequantization(
                r.nextInt(-3, 13),
                bits,
                Rounding.values()[r.nextInt(4)],
                Overflow.values()[r.nextInt(2)]);
        Addition.FixedPoint add = new Addition.FixedPoint(left ? align : 0, left ? 0 : align, q);
        boolean minus = r.nextInt(3) == 0;
        m.set("d_mode_i", 1, 2);
        m.set("d_minus_own_i", false);
        m.set("d_minus_other_i", minus);
        m.set("d_own_left_i", add.alignLeft(), 6);
        m.set("d_other_left_i", add.alignRight(), 6);
        m.set("d_right_i", Math.max(q.shift(), 0), 6);
        m.set("d_left_i", Math.max(-q.shift(), 0), 5);
        m.set("d_round_i", q.rounding().ordinal(), 2);
        m.set("d_wrap_i", q.overflow() == Overflow.WRAP);
        m.set("d_lo_i", -64, bits);
        m.set("d_hi_i", 63, bits);
        Deque<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 400; i++) {
          int own = r.nextInt(-64, 64);
          int other = r.nextInt(-64, 64);
          m.set("s_own_i", own, bits);
          m.set("s_other_i", other, bits);
          if (i >= 3) {
            assertEquals(expected.poll(), m.signed("m_code_o", 0, bits), add.toString());
          }
          m.step();
          expected.add((int) add.apply(own, other, minus));
        }
      }
    }
  }

  @Test
  void tablesAreLookedUpAndMissingChannelsStayZero() throws Exception {
    SplittableRandom r = new SplittableRandom(33);
    StringBuilder hex = new StringBuilder();
    int[][] tables = new int[3][64];
    for (int[] t : tables) {
      for (int i = 0; i < 64; i++) {
        t[i] = r.nextInt(-32, 32);
        hex.append(String.format("%02x%n", t[i] & 63));
      }
    }
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("t.hex"), hex);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withMergeAndTable(true),
            dir,
            "bl_table",
            Map.of("P", 2, "AB", 6, "N", 3, "NB", 2, "XW", 4, "FILE", "t.hex"))) {
      m.reset();
      for (int layer = 0; layer < 20; layer++) {
        int index = r.nextInt(3);
        boolean on = r.nextInt(4) > 0;
        int zero = r.nextInt(-32, 32);
        m.set("d_table_i", on);
        m.set("d_index_i", index, 2);
        m.set("d_last_beat_i", 2, 4);
        m.set("d_tail_i", 1, 2);
        m.set("d_zero_i", zero, 6);
        m.set("s_valid_i", false);
        m.set("start_i", true);
        m.step();
        m.set("start_i", false);
        String expected = null;
        int beat = 0;
        for (int i = 0; i < 200; i++) {
          boolean valid = r.nextBoolean();
          int low = r.nextInt(-32, 32);
          int high = r.nextInt(-32, 32);
          m.set("s_valid_i", valid);
          m.set("s_codes_i", (high & 63) << 6 | low & 63, 12);
          assertEquals(expected != null, m.is("m_valid_o"));
          if (expected != null) {
            assertEquals(expected, m.signed("m_codes_o", 0, 6) + " " + m.signed("m_codes_o", 6, 6));
          }
          m.step();
          expected = null;
          if (valid) {
            int second = on ? (beat == 2 ? zero : tables[index][high + 32]) : high;
            expected = (on ? tables[index][low + 32] : low) + " " + second;
            beat = (beat + 1) % 3;
          }
        }
        m.set("s_valid_i", false);
        m.step();
      }
    }
  }
}
