package org.bitloom.cli.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.codegen.verilog.Templates;
import org.bitloom.trainer.train.EpochResult;

/** The demo's report: one HTML file with its pictures inside. */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * One format's results.
   *
   * @param name such as {@code int8}
   * @param accuracy on the test images, 0 to 1
   * @param mean simulated means
   * @param verified the comparison with the hardware
   */
  public record Format(String name, double accuracy, MeanResult mean, VerifyResult verified) {}

  /** The HTML. */
  public static String render(
      List<EpochResult> history, double floatAccuracy, List<Format> formats, int multipliers) {
    Map<String, MeanResult> byName = new LinkedHashMap<>();
    formats.forEach(f -> byName.put(f.name(), f.mean()));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("floatAccuracy", percent(floatAccuracy));
    model.put("multipliers", multipliers);
    model.put(
        "charts",
        List.of(
            Charts.loss(history), Charts.accuracy(history), Charts.machines(byName, multipliers)));
    model.put("formats", formats.stream().map(f -> section(f, multipliers)).toList());
    return Templates.render("report.html.ftlh", model);
  }

  private static Map<String, Object> section(Format f, int multipliers) {
    MeanResult m = f.mean();
    Map<String, Object> s = new LinkedHashMap<>();
    s.put("name", f.name());
    s.put("accuracy", percent(f.accuracy()));
    s.put("cycles", String.format(Locale.ROOT, "%.0f", m.cycles()));
    s.put("speedup", String.format(Locale.ROOT, "%.2f", m.macs() / multipliers / m.cycles()));
    s.put("bound", String.format(Locale.ROOT, "%.2f", m.cycles() * multipliers / m.nonzeroMacs()));
    s.put("compression", String.format(Locale.ROOT, "%.2f", m.dense() / m.rle()));
    VerifyResult v = f.verified();
    s.put(
        "verdict",
        v.mismatches() == 0
            ? "equal: "
                + v.valuesCompared()
                + " values and cycle counts on "
                + v.samples()
                + " images"
            : v.first().describe());
    s.put("charts", List.of(Charts.cycles(m), Charts.utilization(m, multipliers), Charts.bits(m)));
    return s;
  }

  private static String percent(double v) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * v);
  }
}
