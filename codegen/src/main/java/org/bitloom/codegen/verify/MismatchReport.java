package org.bitloom.codegen.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.rle.RunLengthCode;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;
import org.bitloom.simulator.plan.View;

/** Turns what the bench says of the first difference into words a person can act on. */
final class MismatchReport {
  private static final List<String> TAPS = List.of("layer", "merge", "table", "pool");

  private final Plan plan;
  private final List<SampleResult> samples;

  MismatchReport(Plan plan, List<SampleResult> samples) {
    this.plan = plan;
    this.samples = samples;
  }

  Mismatch of(JsonNode f) {
    Step step = plan.steps().get(f.path("step").asInt());
    String tap = f.path("tap").asText();
    int lane = f.path("lane").asInt();
    int sample = f.path("sample").asInt();
    Mismatch.Value value =
        TAPS.contains(tap) || tap.equals("output") ? value(step, tap, sample, f, lane) : null;
    return new Mismatch(
        sample,
        step.name(),
        value != null ? "value" : tap,
        value,
        f.path("expected").asLong(),
        f.path("found").asLong(),
        f.path("cycle").asLong(),
        signal(tap, lane));
  }

  private Mismatch.Value value(Step step, String tap, int sample, JsonNode f, int lane) {
    boolean output = tap.equals("output");
    View view = output ? null : Vectors.taps((LayerStep) step)[TAPS.indexOf(tap)];
    int t = output ? plan.unload().tensor() : view.tensor();
    Shape shape = output ? plan.unload().layout().shape() : plan.network().tensor(t).shape();
    int lanes = output ? plan.config().slices() : plan.config().codesPerBeat();
    int beats = Math.ceilDiv(shape.channels(), lanes);
    int pixel = f.path("beat").asInt() / beats;
    int channel = f.path("beat").asInt() % beats * lanes + lane;
    int y = pixel / shape.width();
    int x = pixel % shape.width();
    ActivationFormat format = plan.network().tensor(t).format();
    return new Mismatch.Value(
        plan.network().tensor(t).name(),
        List.of(sample, y, x, channel),
        format.toReal(f.path("expected").asLong()),
        format.toReal(f.path("found").asLong()),
        tokens(t, shape, sample, y, x, channel % plan.config().slices(), format.zeroCode()));
  }

  /** The tokens that the simulator expects of the slice's part of the pixel. */
  private String tokens(int t, Shape shape, int sample, int y, int x, int slice, int zero) {
    CodeTensor whole = samples.get(sample).tensors().get(t);
    Layout layout = new Layout(shape, false, plan.config().slices(), zero, 0, 0);
    int[] pixel = new int[layout.perPixel()];
    layout.pixel(whole.reshape(shape), slice, y, x, pixel);
    return "slice "
        + slice
        + ": "
        + new RunLengthCode(plan.config().runBits(), zero)
            .encode(pixel).stream()
                .limit(12)
                .map(k -> k.run() + "x0 " + k.value() + (k.last() ? " end" : ""))
                .collect(Collectors.joining(", "));
  }

  /** Where the value is in the hardware. */
  private String signal(String tap, int lane) {
    int ab = plan.widths().activation();
    String bits = String.format(Locale.ROOT, "[%d:%d]", lane * ab + ab - 1, lane * ab);
    String core = "bl_top.u_core.";
    return switch (tap) {
      case "layer" -> core + "codes" + bits;
      case "merge" -> core + "merged" + bits;
      case "table" -> core + "looked" + bits;
      case "pool" -> core + "pool_codes" + bits;
      case "output", "last" -> "bl_top.m_axis_tdata";
      case "cycles" -> core + "u_sequencer.cycles_q";
      case "argmax" -> core + "u_argmax.index_q";
      case "address" -> core + "u_weight_load.address_q";
      default -> core + "u_sequencer.state_q";
    };
  }
}
