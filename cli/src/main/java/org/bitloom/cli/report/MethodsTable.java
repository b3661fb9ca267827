package org.bitloom.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The table of {@code bitloom methods} in Markdown. */
public final class MethodsTable {
  private MethodsTable() {}

  /**
   * Renders results.
   *
   * @param results by row and seed: accuracy, cycles, macs, compared, mismatches
   */
  public static String render(JsonNode results, int epochs, int train, int test) {
    StringBuilder b = new StringBuilder("# What the methods give\n\n");
    b.append(
        String.format(
            Locale.ROOT,
            "`bitloom methods --epochs %d`: the CNN of `examples/fashion-cnn.yaml` on Fashion-MNIST (%d training, %d test"
                + " images), mean over the seeds and the distance between the best and the worst. `base` is the float network;"
                + " `ptq` converts it, `qat` trains its integers on, the others train on from it or from nothing (student)."
                + " Rows in floats show the float accuracy and run in hardware as int8. Every row was converted, simulated and"
                + " run in Verilator for each seed (preset small): the last two columns count values and cycle counts compared,"
                + " and how many differ.%n%n",
            epochs,
            train,
            test));
    b.append(
        "| method | accuracy % | spread | mean cycles | multiply-accumulates | compared | differ |\n");
    b.append("|---|---:|---:|---:|---:|---:|---:|\n");
    for (Map.Entry<String, JsonNode> row : results.properties()) {
      JsonNode r = row.getValue();
      double[] a = numbers(r, "accuracy");
      double lo = DoubleStream.of(a).min().orElse(0);
      double hi = DoubleStream.of(a).max().orElse(0);
      b.append(
          String.format(
              Locale.ROOT,
              "| %s | %.2f | %.2f | %.0f | %.0f | %.0f | %.0f |%n",
              row.getKey(),
              100 * DoubleStream.of(a).average().orElse(0),
              100 * (hi - lo),
              DoubleStream.of(numbers(r, "cycles")).average().orElse(0),
              DoubleStream.of(numbers(r, "macs")).average().orElse(0),
              DoubleStream.of(numbers(r, "compared")).sum(),
              DoubleStream.of(numbers(r, "mismatches")).sum()));
    }
    return b.toString();
  }

  private static double[] numbers(JsonNode row, String key) {
    DoubleStream.Builder b = DoubleStream.builder();
    row.elements().forEachRemaining(s -> b.add(s.path(key).asDouble()));
    return b.build().toArray();
  }
}
