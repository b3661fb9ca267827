package org.bitloom.cli.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layers that two models have in common, over all samples.
 *
 * @param layers in the second model's order
 * @param only layers that one model has and the other has not
 */
public record Comparison(List<Row> layers, List<String> only) {

  /**
   * One layer. Where one model fuses a clamp into the layer, the other's values are clamped too.
   *
   * @param layer its name
   * @param values compared
   * @param largest difference
   * @param sample where it is
   * @param index where it is, in rows, columns, channels
   * @param mean difference
   * @param snr signal-to-noise ratio in decibels, infinite without difference
   */
  public record Row(
      String layer, long values, double largest, int sample, int index, double mean, double snr) {}

  private static final class Sums {
    long values;
    double largest = -1;
    int sample;
    int index;
    double sum;
    double signal;
    double noise;

    void add(int sampleIndex, Model.Layer a, Model.Layer b) {
      double lo = Math.max(a.lo(), b.lo());
      double hi = Math.min(a.hi(), b.hi());
      for (int i = 0; i < a.values().length; i++) {
        double x = Math.min(Math.max(a.values()[i], lo), hi);
        double y = Math.min(Math.max(b.values()[i], lo), hi);
        double d = Math.abs(x - y);
        if (d > largest) {
          largest = d;
          sample = sampleIndex;
          index = i;
        }
        sum += d;
        signal += x * x;
        noise += d * d;
        values++;
      }
    }

    Row row(String name) {
      double snr = noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
      return new Row(name, values, largest, sample, index, sum / values, snr);
    }
  }

  /** Runs both models on all samples. */
  public static Comparison of(Model a, Model b, List<float[]> samples) {
    Map<String, Sums> sums = new LinkedHashMap<>();
    List<String> only = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Map<String, Model.Layer> x = a.run(samples.get(i));
      Map<String, Model.Layer> y = b.run(samples.get(i));
      rename(x, y);
      for (Map.Entry<String, Model.Layer> e : y.entrySet()) {
        Model.Layer other = x.get(e.getKey());
        if (other != null && other.values().length == e.getValue().values().length) {
          sums.computeIfAbsent(e.getKey(), k -> new Sums()).add(i, other, e.getValue());
        } else if (i == 0) {
          only.add("second: " + e.getKey());
        }
      }
      if (i == 0) {
        x.keySet().stream().filter(k -> !y.containsKey(k)).forEach(k -> only.add("first: " + k));
      }
    }
    return new Comparison(
        sums.entrySet().stream().map(e -> e.getValue().row(e.getKey())).toList(), only);
  }

  /** The last layers are the models' outputs, whatever they are called. */
  private static void rename(Map<String, Model.Layer> x, Map<String, Model.Layer> y) {
    if (x.isEmpty() || y.isEmpty()) {
      return;
    }
    String a = List.copyOf(x.keySet()).getLast();
    String b = List.copyOf(y.keySet()).getLast();
    if (!a.equals(b) && !x.containsKey(b) && !y.containsKey(a)) {
      y.put(a, y.remove(b));
    }
  }

  /** The first layer whose signal-to-noise ratio is below a limit, or null. */
  public Row divergence(double limit) {
    return layers.stream().filter(r -> r.snr < limit).findFirst().orElse(null);
  }
}
