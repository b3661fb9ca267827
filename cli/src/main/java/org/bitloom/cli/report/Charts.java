package org.bitloom.cli.report;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bitloom.trainer.train.EpochResult;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** The report's pictures, as SVG text. */
final class Charts {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 340;

  private Charts() {}

  static String loss(List<EpochResult> history) {
    XYChart c = xy("Loss", "epoch", "cross entropy");
    c.addSeries("training", epochs(history), history.stream().map(EpochResult::loss).toList());
    return svg(c);
  }

  static String accuracy(List<EpochResult> history) {
    XYChart c = xy("Accuracy", "epoch", "percent");
    c.addSeries(
        "training", epochs(history), history.stream().map(e -> 100 * e.trainAccuracy()).toList());
    if (history.stream().allMatch(e -> e.validationAccuracy() >= 0)) {
      c.addSeries(
          "validation",
          epochs(history),
          history.stream().map(e -> 100 * e.validationAccuracy()).toList());
    }
    c.addSeries(
        "test", epochs(history), history.stream().map(e -> 100 * e.testAccuracy()).toList());
    return svg(c);
  }

  static String gradient(List<EpochResult> history) {
    XYChart c = xy("Norm of the gradient", "epoch", "mean over batches");
    c.addSeries(
        "all parameters",
        epochs(history),
        history.stream().map(EpochResult::gradientNorm).toList());
    return svg(c);
  }

  private static List<Integer> epochs(List<EpochResult> h) {
    return h.stream().map(EpochResult::epoch).toList();
  }

  /** Stacked bars: each layer's cycles by cause. */
  static String cycles(MeanResult m) {
    CategoryChart c = bars("Cycles of each layer by cause", "layer", "cycles");
    c.getStyler().setStacked(true);
    for (String cause : m.steps().getFirst().causes().keySet()) {
      List<Double> v = m.steps().stream().map(s -> Math.max(0, s.causes().get(cause))).toList();
      if (v.stream().anyMatch(x -> x > 0)) {
        c.addSeries(cause, names(m), v);
      }
    }
    return svg(c);
  }

  static String utilization(MeanResult m, int multipliers) {
    CategoryChart c = bars("Utilization and density", "layer", "percent");
    c.addSeries(
        "multipliers at work",
        names(m),
        m.steps().stream()
            .map(s -> s.cycles() == 0 ? 0 : 100 * s.nonzeroMacs() / s.cycles() / multipliers)
            .toList());
    c.addSeries(
        "non-zero activations", names(m), m.steps().stream().map(s -> 100 * s.density()).toList());
    return svg(c);
  }

  static String bits(MeanResult m) {
    CategoryChart c = bars("Size of each layer's input by encoding", "layer", "bits");
    c.addSeries("dense", names(m), m.steps().stream().map(MeanResult.Step::dense).toList());
    c.addSeries("bitmask", names(m), m.steps().stream().map(MeanResult.Step::bitmask).toList());
    c.addSeries("run-length", names(m), m.steps().stream().map(MeanResult.Step::rle).toList());
    c.addSeries(
        "entropy bound", names(m), m.steps().stream().map(MeanResult.Step::entropy).toList());
    return svg(c);
  }

  /** Cycles of each format beside the dense machine and the zero-skipping bound. */
  static String machines(Map<String, MeanResult> formats, int multipliers) {
    CategoryChart c = bars("Cycles of an inference", "format", "cycles");
    List<String> names = new ArrayList<>(formats.keySet());
    List<MeanResult> all = new ArrayList<>(formats.values());
    c.addSeries("dense machine", names, all.stream().map(m -> m.macs() / multipliers).toList());
    c.addSeries("this machine", names, all.stream().map(MeanResult::cycles).toList());
    c.addSeries(
        "non-zero bound", names, all.stream().map(m -> m.nonzeroMacs() / multipliers).toList());
    return svg(c);
  }

  private static List<String> names(MeanResult m) {
    return m.steps().stream().map(MeanResult.Step::name).toList();
  }

  private static XYChart xy(String title, String x, String y) {
    XYChart c =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    plain(c.getStyler());
    return c;
  }

  private static CategoryChart bars(String title, String x, String y) {
    CategoryChart c =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    plain(c.getStyler());
    c.getStyler().setXAxisLabelRotation(0);
    return c;
  }

  private static void plain(Styler s) {
    s.setChartBackgroundColor(Color.WHITE);
    s.setLegendBorderColor(Color.WHITE);
  }

  private static String svg(Chart<?, ?> chart) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String text = out.toString(StandardCharsets.UTF_8);
    return text.substring(text.indexOf("<svg"));
  }
}
