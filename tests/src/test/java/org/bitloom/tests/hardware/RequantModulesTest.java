package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Requantizers against the Java arithmetic, on random and corner operands. */
class RequantModulesTest {
  private static final int TRIES = 6000;
  @TempDir Path dir;

  private static long operand(SplittableRandom r, int bits) {
    long min = -(1L << (bits - 1));
    long max = -min - 1;
    return switch (r.nextInt(6)) {
      case 0 -> min;
      case 1 -> max;
      case 2 -> r.nextInt(-3, 4);
      case 3 -> Math.clamp((1L << r.nextInt(bits)) + r.nextInt(-1, 2), min, max);
      case 4 -> Math.clamp(-(1L << r.nextInt(bits)) + r.nextInt(-1, 2), min, max);
      default -> r.nextLong(min, max + 1);
    };
  }

  private static void expect(ModuleServer m, Deque<Integer> pending, int ab) {
    if (m.is("m_valid_o")) {
      assertEquals(pending.removeFirst(), m.signed("m_code_o", 0, ab));
    }
  }

  @ParameterizedTest
  @EnumSource(RoundingPolicy.class)
  void multiplierRequantizesExactly(RoundingPolicy policy) {
    int accBits = policy == RoundingPolicy.DOUBLE ? 24 : 32;
    boolean single = policy == RoundingPolicy.SINGLE;
    SplittableRandom r = new SplittableRandom(1);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_requant_multiply",
            Map.of("SINGLE_ROUND", single ? 1 : 0, "ACCW", accBits, "AB", 8))) {
      m.reset();
      for (int group = 0; group < 6; group++) {
        int zero = group == 0 ? -128 : group == 1 ? 127 : r.nextInt(-128, 128);
        Clamp clamp =
            group % 2 == 0
                ? new Clamp(-128, 127)
                : new Clamp(Math.min(zero, 90), Math.max(zero, 100));
        m.set("d_zero_i", zero, 8);
        m.set("d_lo_i", clamp.lo(), 8);
        m.set("d_hi_i", clamp.hi(), 8);
        Deque<Integer> pending = new ArrayDeque<>();
        for (int i = 0; i < TRIES / 6 + 8; i++) {
          boolean valid = i < TRIES / 6 && r.nextInt(5) > 0;
          long acc = operand(r, accBits);
          int e = r.nextInt(-31, 8);
          QuantizedMultiplier q =
              r.nextInt(10) == 0
                  ? new QuantizedMultiplier(0, 0)
                  : new QuantizedMultiplier(
                      r.nextInt(3) == 0 ? 1 << 30 : r.nextInt(1 << 30, Integer.MAX_VALUE), e);
          long right = single ? 31 - q.exponent() : Math.max(-q.exponent(), 0);
          long left = single ? 0 : Math.max(q.exponent(), 0);
          m.set("s_valid_i", valid);
          m.set("s_acc_i", acc, accBits);
          m.set("s_param_i", BigInteger.valueOf(right << 36 | left << 31 | q.mantissa()));
          expect(m, pending, 8);
          m.step();
          if (valid) {
            pending.add(clamp.apply(q.apply(acc, policy) + zero));
          }
        }
        assertEquals(0, pending.size(), "every accumulator gives a code");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"24, 0, 8", "20, 3, 4", "30, 1, 12", "34, 0, 16", "18, 5, 2"})
  void shifterRequantizesExactly(int accBits, int maxLeft, int ab) {
    SplittableRandom r = new SplittableRandom(accBits);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(false),
            dir,
            "bl_requant_shift",
            Map.of("ACCW", accBits, "LEFT", maxLeft, "AB", ab))) {
      m.reset();
      for (int group = 0; group < 60; group++) {
        int shift = r.nextInt(-maxLeft, 46);
        Rounding rounding = Rounding.values()[group % 4];
        Overflow overflow = r.nextBoolean() ? Overflow.SATURATE : Overflow.WRAP;
        ShiftRequantization s = new ShiftRequantization(shift, ab, rounding, overflow);
        int top = (1 << (ab - 1)) - 1;
        Clamp clamp =
            r.nextBoolean() ? new Clamp(-top - 1, top) : new Clamp(0, r.nextInt(0, top + 1));
        m.set("d_right_i", Math.max(shift, 0), 6);
        m.set("d_left_i", Math.max(-shift, 0), 5);
        m.set("d_mode_i", rounding.ordinal(), 2);
        m.set("d_wrap_i", overflow == Overflow.WRAP);
        m.set("d_lo_i", clamp.lo(), ab);
        m.set("d_hi_i", clamp.hi(), ab);
        Deque<Integer> pending = new ArrayDeque<>();
        for (int i = 0; i < TRIES / 60 + 3; i++) {
          boolean valid = i < TRIES / 60 && r.nextInt(5) > 0;
          long acc = operand(r, accBits);
          m.set("s_valid_i", valid);
          m.set("s_acc_i", acc, accBits);
          expect(m, pending, ab);
          m.step();
          if (valid) {
            pending.add(clamp.apply(s.apply(acc, 0)));
          }
        }
        assertEquals(0, pending.size(), "every accumulator gives a code");
      }
    }
  }
}
