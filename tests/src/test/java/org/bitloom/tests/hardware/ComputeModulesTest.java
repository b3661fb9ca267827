package org.bitloom.tests.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.rle.RunLengthCode;
import org.bitloom.fixedpoint.rle.Token;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Bits;
import org.bitloom.simulator.plan.Descriptors;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Walker, multiply-accumulate slice, drain and sequencer against plain Java. */
class ComputeModulesTest {
  @TempDir Path dir;

  // ---- walker
  // --------------------------------------------------------------------------------------------

  /** What the walker must show for a token. */
  private record Shown(boolean first, boolean last, int value, int weight) {}

  @ParameterizedTest
  @CsvSource({"201, 0", "201, 1", "207, 3", "215, 2"})
  void walkerShowsEveryTokenOfEveryWindow(long seed, int slice) {
    QuantizedNetwork network = RandomNetwork.of(seed);
    AcceleratorConfig config =
        new AcceleratorConfig(4, 4, 2, 3, 1, 1, 1 << 15, 1 << 15, 1 << 15, null);
    Plan plan = Planner.plan(network, config);
    SplittableRandom r = new SplittableRandom(seed);
    List<CodeTensor> tensors = new Simulator(plan).run(RandomNetwork.input(network, r)).tensors();
    var w = plan.widths();
    Map<String, Object> g = new HashMap<>();
    g.put("S", 4);
    g.put("SW", 2);
    g.put("SLICE", slice);
    g.put("AB", w.activation());
    g.put("RB", 2);
    g.put("FAW", w.featureAddress());
    g.put("RAW", w.rowAddress());
    g.put("XW", w.coordinate());
    g.put("KH_MAX", w.kernelRows());
    g.put("KRW", Bits.forIndex(w.kernelRows()));
    g.put("WAW", w.weightAddress());
    g.put("CREDITS", 3);
    g.put("CRW", 2);
    try (ModuleServer m = new ModuleServer(plan, dir, "bl_walker", g)) {
      m.reset();
      for (LayerStep step : plan.layers()) {
        if (step.scatter() != null) {
          continue; // the other walker's
        }
        walk(m, plan, step, tensors.get(step.inTensor()), slice, r);
      }
    }
  }

  private static void walk(
      ModuleServer m, Plan plan, LayerStep step, CodeTensor tensor, int slice, SplittableRandom r) {
    Layout layout = step.input();
    CodeTensor t = tensor.reshape(layout.shape());
    RunLengthCode code = new RunLengthCode(plan.config().runBits(), layout.zero());
    List<Token> memory = new ArrayList<>();
    int[] rows = new int[layout.shape().height()];
    List<List<Token>> pixels = new ArrayList<>(); // storage order
    int[] pixel = new int[layout.perPixel()];
    for (int y = 0; y < rows.length; y++) {
      rows[y] = layout.base() + memory.size();
      for (int i = 0; i < layout.pixels(slice); i++) {
        layout.pixel(t, slice, y, i, pixel);
        pixels.add(code.encode(pixel));
        memory.addAll(pixels.getLast());
      }
    }
    Deque<Shown> expected = expected(step, layout, pixels, slice);
    descriptor(m, plan, step);
    int ab = plan.widths().activation();
    int rb = plan.config().runBits();
    m.set("pop_i", false);
    m.set("start_i", true);
    BigInteger next = access(m, layout, memory, rows, ab, rb);
    m.step();
    m.set("start_i", false);
    int open = 0; // windows begun and not popped
    for (int idle = 0; idle < 40; ) {
      boolean pop = open > 0 && r.nextInt(3) == 0;
      m.set("pop_i", pop);
      m.set("fm_data_i", next);
      if (m.is("m_valid_o")) {
        Shown s =
            new Shown(
                m.is("m_first_o"),
                m.is("m_last_o"),
                m.signed("m_value_o", 0, ab + 1),
                m.get("m_weight_addr_o").intValue());
        assertEquals(expected.poll(), s, step.name());
        open += s.first() ? 1 : 0;
        assertTrue(open <= 3, "more windows begun than credits");
        idle = 0;
      } else {
        idle++;
      }
      next = access(m, layout, memory, rows, ab, rb);
      m.step();
      open -= pop ? 1 : 0;
    }
    assertEquals(0, expected.size(), "tokens missing in " + step.name());
    while (open-- > 0) {
      m.set("pop_i", true);
      m.step();
    }
  }

  /** Feature memory read, then the combinational row pointers, which the address may depend on. */
  private static BigInteger access(
      ModuleServer m, Layout layout, List<Token> memory, int[] rows, int ab, int rb) {
    int row = m.get("row_index_o").intValue() - layout.rowBase();
    m.again("row_ptr_i", BigInteger.valueOf(row >= 0 && row < rows.length ? rows[row] : 0));
    int at = m.get("fm_addr_o").intValue() - layout.base();
    if (at < 0 || at >= memory.size()) {
      return BigInteger.ZERO;
    }
    Token t = memory.get(at);
    return BigInteger.valueOf(
        (t.last() ? 1L << (ab + rb) : 0) | (long) t.run() << ab | t.value() & ((1L << ab) - 1));
  }

  private static void descriptor(ModuleServer m, Plan plan, LayerStep step) {
    Descriptors d = new Descriptors(plan);
    BigInteger word = d.word(step);
    for (Descriptors.Field f : d.fields()) {
      String port = "d_" + (f.name().equals("in_zero") ? "zero" : f.name()) + "_i";
      if (m.has(port)) {
        m.set(port, word.shiftRight(f.lsb()).mod(BigInteger.ONE.shiftLeft(f.width())));
      }
    }
  }

  private static Deque<Shown> expected(
      LayerStep step, Layout layout, List<List<Token>> pixels, int slice) {
    Deque<Shown> all = new ArrayDeque<>();
    Window w = step.window();
    boolean flat = step.columns() != layout.shape().width();
    for (int oy = 0; oy < step.windowsDown(); oy++) {
      for (int ox = 0; ox < step.windowsAcross(); ox++) {
        for (int g = 0; g < step.groups(); g++) {
          boolean walksOn = g == step.groups() - 1 && ox + 1 < step.windowsAcross();
          List<Shown> window = new ArrayList<>();
          int x0 = ox * w.strideX() - w.padLeft();
          int end = Math.min(x0 + Math.max(w.width(), walksOn ? w.strideX() : 0), step.columns());
          for (int k = 0; k < w.height(); k++) {
            int y = oy * w.strideY() - w.padTop() + k;
            if (y < 0 || y >= step.rows()) {
              continue;
            }
            int own = flat ? step.columns() : layout.pixels(slice);
            for (int i = 0; i < own; i++) {
              int x = flat ? i : layout.column(slice, i);
              if (x >= Math.max(x0, 0) && x < end) {
                add(window, step, layout, pixels.get(y * own + i), g, k, x - x0);
              }
            }
          }
          if (window.isEmpty()) {
            window.add(new Shown(false, false, 0, 0));
          }
          for (int i = 0; i < window.size(); i++) {
            Shown s = window.get(i);
            all.add(new Shown(i == 0, i == window.size() - 1, s.value(), s.weight()));
          }
        }
      }
    }
    return all;
  }

  private static void add(
      List<Shown> window, LayerStep step, Layout layout, List<Token> tokens, int g, int r, int s) {
    int at = 0;
    for (Token t : tokens) {
      at += t.run();
      boolean beyond = s >= step.window().width();
      int tap = r * step.window().width() + s;
      int weight = step.weightBase() + (g * step.window().taps() + tap) * step.columnWords() + at;
      window.add(
          beyond
              ? new Shown(false, false, 0, 0)
              : new Shown(false, false, t.value() - layout.zero(), weight));
      at++;
    }
  }

  // ---- multiply-accumulate slice
  // -------------------------------------------------------------------------

  @Test
  void sliceSumsEachWindow() throws Exception {
    SplittableRandom r = new SplittableRandom(21);
    int lanes = 3;
    int words = 20;
    int[][] weights = new int[words][lanes];
    StringBuilder hex = new StringBuilder();
    for (int[] word : weights) {
      long v = 0;
      for (int f = 0; f < lanes; f++) {
        word[f] = r.nextInt(5) == 0 ? -128 : r.nextInt(-128, 128);
        v |= (word[f] & 255L) << (8 * f);
      }
      hex.append(String.format("%06x%n", v));
    }
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("w.hex"), hex);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_mac_slice",
            Map.of(
                "F", lanes, "AB", 8, "WB", 8, "ACCW", 24, "WAW", 5, "WORDS", words, "FILE", "w.hex",
                "DEPTH", 4, "DAW", 2, "DCW", 3))) {
      m.reset();
      Deque<String> expected = new ArrayDeque<>();
      long[] acc = new long[lanes];
      int left = 0; // tokens of the current window
      boolean first = false;
      int inside = 0; // windows begun and not popped
      for (int i = 0; i < 4000; i++) {
        boolean pop = r.nextBoolean();
        if (left == 0 && inside < 4 && r.nextInt(3) > 0) {
          left = r.nextInt(1, 9);
          first = true;
          inside++;
        }
        boolean valid = left > 0 && r.nextInt(4) > 0;
        int value = r.nextInt(6) == 0 ? (r.nextBoolean() ? -255 : 255) : r.nextInt(-255, 256);
        int at = r.nextInt(words);
        m.set("s_valid_i", valid);
        m.set("s_first_i", valid && first);
        m.set("s_last_i", valid && left == 1);
        m.set("s_value_i", value, 9);
        m.set("s_weight_addr_i", at, 5);
        m.set("m_pop_i", false);
        boolean there = m.peek("m_valid_o");
        m.again("m_pop_i", there && pop ? BigInteger.ONE : BigInteger.ZERO);
        if (there && pop) {
          assertEquals(
              expected.poll(),
              m.signed("m_sums_o", 0, 24)
                  + " "
                  + m.signed("m_sums_o", 24, 24)
                  + " "
                  + m.signed("m_sums_o", 48, 24));
          inside--;
        }
        m.step();
        if (valid) {
          for (int f = 0; f < lanes; f++) {
            acc[f] = (first ? 0 : acc[f]) + (long) value * weights[at][f];
          }
          first = false;
          if (--left == 0) {
            expected.add(acc[0] + " " + acc[1] + " " + acc[2]);
          }
        }
      }
      assertTrue(expected.size() <= 4, "windows come out");
    }
  }

  // ---- drain
  // ---------------------------------------------------------------------------------------------

  @Test
  void drainAddsSlicesAndBiasBeatByBeat() throws Exception {
    int s = 2;
    int f = 4;
    int acc = 16;
    int groups = 3;
    int channels = 9; // the last group has one beat, half of it empty
    SplittableRandom r = new SplittableRandom(22);
    int beats = 5;
    int[] bias = r.ints(beats * s, -5000, 5000).toArray();
    StringBuilder hex =
        new StringBuilder("000000000000\n"); // the layer's parameters start at word 1
    for (int b = 0; b < beats; b++) {
      long v = 0;
      for (int j = 0; j < s; j++) {
        long channel = (bias[b * s + j] & 0xffffL) | (long) (b * s + j) << acc;
        v |= channel << (24 * j);
      }
      hex.append(String.format("%012x%n", v));
    }
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("p.hex"), hex);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_drain",
            Map.of(
                "S", s, "P", s, "F", f, "ACCW", acc, "BW", 1, "XW", 4, "QB", 8, "PAW", 3, "WORDS",
                beats + 1, "FILE", "p.hex"))) {
      m.reset();
      m.set("d_param_base_i", 1, 3);
      m.set("d_last_group_i", groups - 1, 4);
      m.set("d_tail_beats_i", 0, 1);
      m.set("start_i", true);
      m.step();
      m.set("start_i", false);
      Deque<String> expected = new ArrayDeque<>();
      int group = 0;
      int beat = 0;
      int[][] sums = null;
      for (int i = 0; i < 1500; i++) {
        if (sums == null) {
          sums = new int[s][];
          for (int k = 0; k < s; k++) {
            sums[k] = r.ints(f, -8000, 8000).toArray();
          }
        }
        int there = beat > 0 || r.nextBoolean() ? 3 : r.nextInt(3);
        BigInteger word = BigInteger.ZERO;
        for (int k = s * f - 1; k >= 0; k--) {
          word = word.shiftLeft(acc).or(BigInteger.valueOf(sums[k / f][k % f] & 0xffff));
        }
        m.set("s_valid_i", there, 2);
        m.set("s_sums_i", word);
        boolean tail = group == groups - 1;
        boolean last = there == 3 && beat == (tail ? 0 : f / s - 1);
        assertEquals(last, m.is("s_pop_o"), "popped with the window's last beat");
        if (m.is("m_valid_o")) {
          String found = "";
          for (int j = 0; j < s; j++) {
            found +=
                m.signed("m_acc_o", acc * j, acc)
                    + "/"
                    + (m.get("m_param_o").shiftRight(8 * j).intValue() & 255)
                    + " ";
          }
          assertEquals(expected.poll(), found);
        }
        m.step();
        if (there == 3) {
          String e = "";
          for (int j = 0; j < s; j++) {
            int k = beat * s + j;
            int channel = group * f + k;
            e += (short) (sums[0][k] + sums[1][k] + bias[channel]) + "/" + channel + " ";
          }
          expected.add(e);
          beat++;
          if (last) {
            beat = 0;
            group = tail ? 0 : group + 1;
            sums = null;
          }
        }
      }
      assertTrue(expected.size() <= 2 && channels > 0);
    }
  }

  // ---- sequencer
  // -----------------------------------------------------------------------------------------

  @Test
  void sequencerRunsTheStepsAndCountsTheirCycles() throws Exception {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("d.hex"), "a0\na1\na2\na3\n");
    SplittableRandom r = new SplittableRandom(23);
    try (ModuleServer m =
        new ModuleServer(
            Plans.withRequantizer(true),
            dir,
            "bl_sequencer",
            Map.of("STEPS", 4, "STW", 2, "DW", 8, "FILE", "d.hex"))) {
      m.reset();
      m.set("enable_i", false);
      for (int i = 0; i < 10; i++) {
        assertTrue(!m.is("load_o") && !m.is("start_o") && !m.is("busy_o"), "waits for enable");
        m.step();
      }
      m.set("enable_i", true);
      for (int inference = 0; inference < 4; inference++) {
        for (int step = 0; step < 4; step++) {
          oneStep(m, r, step);
        }
      }
    }
  }

  private static void oneStep(ModuleServer m, SplittableRandom r, int step) {
    m.set("done_i", false);
    m.set("beat_i", false);
    while (!m.is("start_o")) {
      assertTrue(step == 0, "no gap before step " + step);
      m.step();
    }
    assertEquals(0xa0 + step, m.get("descriptor_o").intValue());
    assertEquals(step == 1 || step == 2, m.is("start_layer_o"));
    assertEquals(step == 3, m.is("start_unload_o"));
    m.step();
    int waiting = step == 0 ? r.nextInt(6) : 0; // for the first beat: not counted
    for (int i = 0; i < waiting; i++) {
      assertTrue(m.is("load_o") && !m.is("step_end_o"));
      m.step();
    }
    int run = r.nextInt(3, 30);
    for (int i = 0; i < run; i++) {
      m.set("beat_i", step == 0 && (i == 0 || r.nextBoolean()));
      m.set("done_i", i == run - 1);
      assertEquals(step == 3 && i == run - 1, m.is("step_end_o"));
      assertEquals(step, m.get("step_o").intValue());
      if (step == 3 && i == run - 1) {
        assertEquals(run + 1, m.get("step_cycles_o").intValue(), "START and RUN");
      }
      m.step();
    }
    m.set("beat_i", false);
    m.set("done_i", false);
    if (step < 3) {
      assertTrue(m.is("step_end_o"));
      assertEquals(run + (step == 0 ? 1 : 2), m.get("step_cycles_o").intValue());
      m.step();
    }
  }
}
