package org.bitloom.codegen.verilog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bitloom.simulator.plan.Descriptors;
import org.bitloom.simulator.plan.Plan;

/**
 * All files of an accelerator's project but its vectors: {@code rtl/}, {@code mem/}, bench and
 * makefile.
 */
public final class RtlProject {
  /** The modules, as their files and templates are called; the last is the top. */
  public static final List<String> MODULES =
      List.of(
          "bl_ram",
          "bl_lutram",
          "bl_rom",
          "bl_resize",
          "bl_fifo",
          "bl_rle_encoder",
          "bl_rle_decoder",
          "bl_token_ram",
          "bl_walker",
          "bl_row_walker",
          "bl_mac_slice",
          "bl_weight_load",
          "bl_row_drain",
          "bl_drain",
          "bl_multiply_shift",
          "bl_requant_multiply",
          "bl_requant_shift",
          "bl_merge_multiply",
          "bl_merge_shift",
          "bl_merge",
          "bl_table",
          "bl_pool",
          "bl_load",
          "bl_unload",
          "bl_argmax",
          "bl_sequencer",
          "bl_axil",
          "bl_core",
          "bl_top");

  private RtlProject() {}

  /** The files, in a fixed order; equal plans give equal files. */
  public static List<GeneratedFile> generate(Plan plan) {
    Descriptors descriptors = new Descriptors(plan);
    RtlModel model = new RtlModel(plan, descriptors);
    List<GeneratedFile> files = new ArrayList<>();
    for (String m : MODULES) {
      if (needed(m, model)) {
        files.add(
            new GeneratedFile("rtl/" + m + ".v", render("rtl-templates/" + m + ".v.ftl", model)));
      }
    }
    files.addAll(MemoryFiles.of(plan, descriptors, model.isMultiply()));
    files.add(new GeneratedFile("bench.cpp", render("testbenches/bench.cpp.ftl", model)));
    files.add(new GeneratedFile("Makefile", render("testbenches/Makefile.ftl", model)));
    return files;
  }

  private static boolean needed(String module, RtlModel m) {
    return switch (module) {
      case "bl_requant_multiply", "bl_multiply_shift" -> m.isMultiply();
      case "bl_requant_shift" -> !m.isMultiply();
      case "bl_merge" -> m.isMerge();
      case "bl_merge_multiply" -> m.isMerge() && m.isMultiply();
      case "bl_merge_shift" -> m.isMerge() && !m.isMultiply();
      case "bl_row_walker", "bl_row_drain" -> m.getScatterRows() > 0;
      case "bl_weight_load" -> m.isLoadsWeights();
      case "bl_table" -> m.getTables() > 0;
      default -> true;
    };
  }

  private static String render(String template, RtlModel model) {
    return Templates.render(template, Map.of("rtl", model));
  }
}
