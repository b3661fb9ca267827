package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.verify.ProjectFolder;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.codegen.verilog.RtlProject;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checker is checked: each fault of {@code faults.txt}, put alone into the emitted Verilog,
 * must be found by comparing a handful of networks.
 */
class FaultsTest {
  @TempDir Path dir;

  /** A machine on which everything happens: several requantizers, short runs, little room. */
  private static final AcceleratorConfig MACHINE =
      new AcceleratorConfig(2, 12, 2, 3, 2, 2, 1 << 15, 1 << 15, 1 << 15, null);

  record Fault(String module, String from, String to, String what) {
    static Fault parse(String line) {
      String[] parts = line.split("(?<!\\\\)\\|", -1);
      assertEquals(4, parts.length, line);
      String[] p = Stream.of(parts).map(s -> s.strip().replace("\\|", "|")).toArray(String[]::new);
      return new Fault(p[0], p[1], p[2], p[3]);
    }

    String apply(String text) {
      return text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to));
    }

    @Override
    public String toString() {
      return module + ", " + what;
    }
  }

  static List<Fault> faults() {
    try {
      return Files.readAllLines(Path.of("src/test/resources/faults.txt")).stream()
          .filter(l -> !l.startsWith("#") && !l.isBlank())
          .map(Fault::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void thereAreFortyDistinctFaultsInNearlyEveryModule() {
    List<Fault> all = faults();
    assertTrue(all.size() >= 40);
    Set<String> distinct = new TreeSet<>();
    Set<String> modules = new TreeSet<>();
    all.forEach(
        f -> {
          distinct.add(f.module + f.from + f.to);
          modules.add(f.module);
        });
    assertEquals(all.size(), distinct.size());
    assertTrue(modules.size() >= 18, modules.toString());
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultIsFound(Fault fault) throws IOException {
    boolean somewhere = false;
    for (QuantizedNetwork n : NETWORKS) {
      Plan plan = plan(n);
      Path project = dir.resolve(n.name());
      new ProjectFolder(project, plan).write(false);
      Path file = project.resolve("rtl/" + fault.module + ".v");
      String text = Files.exists(file) ? Files.readString(file) : "";
      if (!text.contains(fault.from)) {
        continue;
      }
      somewhere = true;
      Files.writeString(file, fault.apply(text));
      if (differs(n, plan, project)) {
        return;
      }
    }
    assertTrue(somewhere, "the fault's place is gone: " + fault.from);
    throw new AssertionError("not found: " + fault);
  }

  private static boolean differs(QuantizedNetwork n, Plan plan, Path project) {
    Simulator s = new Simulator(plan);
    SplittableRandom r = new SplittableRandom(5);
    List<SampleResult> samples =
        IntStream.range(0, 5).mapToObj(i -> s.run(RandomNetwork.input(n, r))).toList();
    VerifyResult v =
        new Verifier(plan, project, Verifier.Listener.NONE)
            .verify(samples, new Verifier.Options(1, plan.multiplies() ? 0 : 30, false));
    return v.mismatches() > 0;
  }

  /**
   * Random networks that between them use every module: padded and strided convolutions of several
   * groups, depthwise layers that wrap, additions, concatenations, tables, both poolings, an input
   * dealt by column; affine and dynamic fixed point.
   */
  private static final List<QuantizedNetwork> NETWORKS =
      LongStream.of(463687, 592879, 504903, 50503, 159, 471, 169096, 237767)
          .mapToObj(seed -> RandomNetwork.of(seed, 9))
          .toList();

  /** One of them on a machine whose weight memory only holds its largest layer. */
  private static Plan plan(QuantizedNetwork n) {
    Plan whole = Planner.plan(n, MACHINE);
    if (!n.name().equals("random-504903")) {
      return whole;
    }
    int largest = whole.layers().stream().mapToInt(LayerStep::weightWords).max().orElseThrow();
    AcceleratorConfig small =
        AcceleratorConfig.parse(
            MACHINE.toYaml().replaceFirst("weight_words: \\d+", "weight_words: " + largest)
                + "weight_bus_bits: 32\nweight_bus_latency: 7\n",
            "test");
    return Planner.plan(n, small);
  }

  @Test
  void theNetworksUseEveryModule() {
    Set<String> modules = new TreeSet<>();
    for (QuantizedNetwork n : NETWORKS) {
      RtlProject.generate(plan(n)).forEach(f -> modules.add(f.path()));
    }
    RtlProject.MODULES.forEach(m -> assertTrue(modules.contains("rtl/" + m + ".v"), m));
  }
}
