package org.bitloom.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.StepResult;
import org.bitloom.simulator.plan.Plan;

/** Results as JSON; {@code docs/json.md} describes every field. */
public final class JsonReport {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private JsonReport() {}

  /**
   * What {@code simulate --json} prints: means over samples, and each sample when there are
   * several.
   */
  public static ObjectNode simulate(Plan plan, List<SampleResult> samples) {
    ObjectNode o = summary(plan, MeanResult.of(samples));
    if (samples.size() > 1) {
      ArrayNode each = o.putArray("samples");
      samples.forEach(s -> each.add(summary(plan, MeanResult.of(List.of(s)))));
    }
    return o;
  }

  private static ObjectNode summary(Plan plan, MeanResult m) {
    int multipliers = plan.config().multipliers();
    ObjectNode o = MAPPER.createObjectNode();
    number(o, "cycles", m.cycles());
    o.put("multipliers", multipliers);
    number(o, "bound_cycles", m.nonzeroMacs() / multipliers);
    number(o, "dense_cycles", m.macs() / multipliers);
    ArrayNode layers = o.putArray("layers");
    m.steps().forEach(s -> layers.add(layer(s, multipliers)));
    return o;
  }

  private static ObjectNode layer(MeanResult.Step s, int multipliers) {
    ObjectNode o = MAPPER.createObjectNode().put("name", s.name()).put("kind", s.kind());
    number(o, "cycles", s.cycles());
    number(o, "macs", s.macs());
    number(o, "nonzero_macs", s.nonzeroMacs());
    o.put("utilization", s.cycles() == 0 ? 0 : s.nonzeroMacs() / (s.cycles() * multipliers));
    ObjectNode stalls = o.putObject("stalls");
    s.causes().forEach((cause, cycles) -> number(stalls, cause, cycles));
    o.put("input_density", s.density());
    number(o, "bits_dense", s.dense());
    number(o, "bits_rle", s.rle());
    number(o, "bits_bitmask", s.bitmask());
    number(o, "bits_entropy", s.entropy());
    return o;
  }

  /** Whole numbers without a decimal point. */
  private static void number(ObjectNode o, String key, double v) {
    if (v == Math.rint(v)) {
      o.put(key, (long) v);
    } else {
      o.put(key, v);
    }
  }

  /** What {@code verify --json} prints. */
  public static ObjectNode verify(Plan plan, List<SampleResult> samples, VerifyResult r) {
    ObjectNode o = MAPPER.createObjectNode();
    o.put("bit_exact", r.bitExact()).put("cycle_exact", r.cycleExact()).put("samples", r.samples());
    o.put("values_compared", r.valuesCompared()).put("mismatches", r.mismatches());
    o.set("first_mismatch", MAPPER.valueToTree(r.first()));
    ArrayNode rtl = o.putArray("cycles_rtl");
    r.rtlCycles().forEach(s -> rtl.add(s.stream().mapToLong(Long::longValue).sum()));
    ArrayNode simulated = o.putArray("cycles_simulated");
    samples.forEach(s -> simulated.add(s.cycles()));
    number(o, "bound_cycles", MeanResult.of(samples).nonzeroMacs() / plan.config().multipliers());
    ArrayNode layers = o.putArray("layers");
    for (int i = 0; i < plan.steps().size(); i++) {
      ObjectNode l = layers.addObject();
      l.put("name", plan.steps().get(i).name()).put("kind", plan.steps().get(i).kind());
      ArrayNode a = l.putArray("cycles_rtl");
      ArrayNode b = l.putArray("cycles_simulated");
      for (int n = 0; n < samples.size(); n++) {
        if (n < r.rtlCycles().size() && i < r.rtlCycles().get(n).size()) {
          a.add(r.rtlCycles().get(n).get(i));
        }
        b.add(samples.get(n).steps().get(i).cycles());
      }
    }
    o.set("seconds", MAPPER.valueToTree(r.seconds()));
    return o;
  }

  /** Names of the stall causes in JSON, in order, of a step. */
  static java.util.Map<String, Long> causes(StepResult s) {
    return MAPPER.convertValue(
        s.stalls(),
        new com.fasterxml.jackson.core.type.TypeReference<
            java.util.LinkedHashMap<String, Long>>() {});
  }
}
