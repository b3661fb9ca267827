package org.bitloom.cli.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bitloom.codegen.verilog.Templates;
import org.bitloom.trainer.train.Diagnosis;
import org.bitloom.trainer.train.EpochResult;

/** The report of a training run in HTML: curves and what the diagnosis saw. */
public final class TrainingReport {
  private TrainingReport() {}

  /** The HTML; {@code images} is what the diagnosis ran on. */
  public static String render(
      String name, List<EpochResult> history, Diagnosis diagnosis, int images) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("name", name);
    model.put("images", images);
    model.put(
        "charts",
        List.of(Charts.loss(history), Charts.accuracy(history), Charts.gradient(history)));
    model.put("warnings", diagnosis.warnings());
    model.put("activations", diagnosis.activations().stream().map(TrainingReport::entry).toList());
    return Templates.render("training.html.ftlh", model);
  }

  private static Map<String, Object> entry(Diagnosis.Entry e) {
    return Map.of(
        "layer",
        e.layer(),
        "channels",
        e.channels(),
        "dead",
        e.dead(),
        "saturated",
        String.format(Locale.ROOT, "%.1f %%", 100 * e.saturated()));
  }
}
