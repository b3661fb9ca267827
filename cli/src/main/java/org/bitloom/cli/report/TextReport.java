package org.bitloom.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.Plan;

/** Results as text for people. */
public final class TextReport {
  private TextReport() {}

  /** A table of layers with where their cycles went. */
  public static String simulate(Plan plan, List<SampleResult> samples) {
    MeanResult m = MeanResult.of(samples);
    int multipliers = plan.config().multipliers();
    StringBuilder b = new StringBuilder();
    b.append(
        String.format(
            Locale.ROOT,
            "%-16s %-13s %10s %6s %8s  %s%n",
            "layer",
            "kind",
            "cycles",
            "util",
            "density",
            "where the cycles went"));
    for (MeanResult.Step s : m.steps()) {
      String causes =
          s.causes().entrySet().stream()
              .filter(e -> e.getValue() != 0)
              .map(TextReport::cause)
              .collect(Collectors.joining(", "));
      double use = s.cycles() == 0 ? 0 : s.nonzeroMacs() / (s.cycles() * multipliers);
      b.append(
          String.format(
              Locale.ROOT,
              "%-16s %-13s %10.0f %5.0f%% %7.0f%%  %s%n",
              s.name(),
              s.kind(),
              s.cycles(),
              100 * use,
              100 * s.density(),
              causes));
    }
    b.append(
        String.format(
            Locale.ROOT,
            "%d samples, mean %.0f cycles; bound %.0f (%.2f x), dense machine %.0f (%.2f x faster); features %.0f bits, run-length coded %.0f",
            samples.size(),
            m.cycles(),
            m.nonzeroMacs() / multipliers,
            m.cycles() * multipliers / m.nonzeroMacs(),
            m.macs() / multipliers,
            m.macs() / multipliers / m.cycles(),
            m.dense(),
            m.rle()));
    return b.toString();
  }

  private static String cause(Map.Entry<String, Double> e) {
    return String.format(Locale.ROOT, "%s %.0f", e.getKey(), e.getValue());
  }

  /** The verdict in a line or two. */
  public static String verify(Plan plan, VerifyResult r) {
    long cycles = r.rtlCycles().stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
    String verdict =
        r.mismatches() == 0
            ? "EQUAL"
            : "DIFFERENT: " + r.mismatches() + " of them, first " + r.first().describe();
    return String.format(
        Locale.ROOT,
        "%s: %d samples of %s, %d values and cycle counts compared, %d RTL cycles; %s%nseconds: generate %.1f, build %.1f, run %.1f",
        plan.network().name(),
        r.samples(),
        plan.config().multipliers() + " multipliers",
        r.valuesCompared(),
        cycles,
        verdict,
        r.seconds().generate(),
        r.seconds().build(),
        r.seconds().run());
  }
}
