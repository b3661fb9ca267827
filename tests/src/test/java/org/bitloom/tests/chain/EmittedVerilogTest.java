package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.codegen.fuzz.FuzzCase;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.verify.ProjectFolder;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.codegen.verilog.GeneratedFile;
import org.bitloom.codegen.verilog.RtlProject;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.bitloom.simulator.plan.WeightCode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is emitted is lint-clean in Verilator without a waiver and read by Yosys and Icarus. */
class EmittedVerilogTest {
  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"tiny, 0", "small, 1", "large, 2", "tiny, 3", "small, 4", "tiny, 5", "small, 7"})
  void everyToolReadsIt(String preset, long seed) throws IOException {
    read(Planner.plan(RandomNetwork.of(seed), AcceleratorConfig.of(preset)));
  }

  /** Machines with weight loads, shift lanes and code-book lanes, whatever comes first. */
  @ParameterizedTest
  @EnumSource(WeightCode.Kind.class)
  void everyToolReadsEveryKindOfLane(WeightCode.Kind kind) throws IOException {
    for (long seed = 0; ; seed++) {
      FuzzCase c = FuzzCase.of(seed);
      Plan plan = Planner.plan(c.network(), c.config());
      if (plan.widths().weightCode().kind() == kind
          && plan.loadsWeights()
          && plan.widths().scatterRows() > 0) {
        read(plan);
        return;
      }
    }
  }

  private void read(Plan plan) throws IOException {
    assertEquals(List.of(), new ProjectFolder(dir, plan).write(false));
    List<String> files = new ArrayList<>();
    for (GeneratedFile f : RtlProject.generate(plan)) {
      if (f.path().endsWith(".v")) {
        files.add(f.path());
        assertFalse(f.content().contains("lint_off"), f.path());
        assertTrue(
            f.content().contains("`default_nettype none")
                && f.content().contains("`default_nettype wire"),
            f.path());
      }
    }
    clean(List.of("verilator", "--lint-only", "-Wall", "--top-module", "bl_top"), files);
    Tool.require("iverilog", "iverilog");
    clean(List.of("iverilog", "-g2012", "-Wall", "-s", "bl_top", "-o", "/dev/null"), files);
    Tool.require("yosys", "yosys");
    clean(
        List.of(
            "yosys",
            "-q",
            "-p",
            "read_verilog -sv " + String.join(" ", files) + "; hierarchy -check -top bl_top"),
        List.of());
    for (String file :
        files) { // every module lints alone, with its defaults, beside the leaves it uses
      String module = file.substring(4, file.length() - 2);
      clean(
          List.of("verilator", "--lint-only", "-Wall", "-Irtl", "--top-module", module),
          List.of(file));
    }
  }

  private void clean(List<String> command, List<String> files) {
    List<String> all = new ArrayList<>(command);
    all.addAll(files);
    Tool.Output o = Tool.run(dir, all);
    assertEquals(0, o.status(), o.output());
    assertEquals(
        "",
        o.output()
            .lines()
            .filter(l -> !l.contains("Unable to get version") && !l.contains("timescale"))
            .reduce("", String::concat),
        String.join(" ", command));
  }

  @ParameterizedTest
  @CsvSource({"tiny, 0", "small, 4"})
  void equalPlansGiveEqualFiles(String preset, long seed) {
    AcceleratorConfig c = AcceleratorConfig.of(preset);
    assertEquals(
        RtlProject.generate(Planner.plan(RandomNetwork.of(seed), c)),
        RtlProject.generate(Planner.plan(RandomNetwork.of(seed), c)));
  }

  @ParameterizedTest
  @CsvSource({"tiny, 3"})
  void filesEditedByHandAreKept(String preset, long seed) throws IOException {
    Plan plan = Planner.plan(RandomNetwork.of(seed), AcceleratorConfig.of(preset));
    ProjectFolder p = new ProjectFolder(dir, plan);
    p.write(false);
    Path top = dir.resolve("rtl/bl_top.v");
    Files.writeString(top, Files.readString(top) + "// mine\n");
    assertEquals(List.of("rtl/bl_top.v"), p.write(false));
    assertTrue(Files.readString(top).endsWith("// mine\n"));
    assertEquals(List.of(), p.write(true));
    assertFalse(Files.readString(top).endsWith("// mine\n"));
  }
}
