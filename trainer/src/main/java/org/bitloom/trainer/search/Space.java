package org.bitloom.trainer.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settings that are searched: paths into a configuration, such as {@code optimizer.rate} or
 * {@code layers.conv1.filters}, each with a list of values or a range.
 *
 * @param dimensions in the order written
 */
public record Space(List<Dimension> dimensions) {
  private static final int GRID = 3; // points of a range on a grid

  /**
   * One setting.
   *
   * @param path into the configuration, keys joined by dots; list entries by index or name
   * @param values to choose from, or empty for a range
   * @param min of a range
   * @param max of a range
   * @param log whether the range is even in the logarithm
   * @param integer whether only whole numbers are taken
   */
  public record Dimension(
      String path, List<JsonNode> values, double min, double max, boolean log, boolean integer) {

    /** The value at a place between 0 and 1. */
    public JsonNode at(double u) {
      if (!values.isEmpty()) {
        return values.get((int) Math.min(values.size() - 1, u * values.size()));
      }
      double v = log ? min * Math.pow(max / min, u) : min + (max - min) * u;
      return integer
          ? IntNode.valueOf((int) Math.round(v))
          : DoubleNode.valueOf(Double.parseDouble(String.format(java.util.Locale.ROOT, "%.4g", v)));
    }

    /** Places on a grid. */
    List<Double> grid() {
      List<Double> all = new ArrayList<>();
      int n = values.isEmpty() ? GRID : values.size();
      for (int i = 0; i < n; i++) {
        all.add(values.isEmpty() ? (double) i / (n - 1) : (i + 0.5) / n);
      }
      return all;
    }
  }

  /**
   * Reads a space from {@code path: [values]} and {@code path: {min, max, log, integer}}.
   *
   * @throws IllegalArgumentException for what is neither
   */
  public static Space of(JsonNode tree) {
    List<Dimension> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : tree.properties()) {
      JsonNode v = e.getValue();
      if (v instanceof ArrayNode a && !a.isEmpty()) {
        List<JsonNode> values = new ArrayList<>();
        a.forEach(values::add);
        all.add(new Dimension(e.getKey(), values, 0, 0, false, false));
      } else if (v.path("min").isNumber() && v.path("max").isNumber()) {
        double min = v.get("min").asDouble();
        double max = v.get("max").asDouble();
        boolean log = v.path("log").asBoolean();
        if (!(min < max) || log && !(min > 0)) {
          throw new IllegalArgumentException(
              e.getKey() + " has the range " + min + " to " + max + (log ? " in the log" : ""));
        }
        boolean integer = v.path("integer").asBoolean();
        all.add(new Dimension(e.getKey(), List.of(), min, max, log, integer));
      } else {
        throw new IllegalArgumentException(
            e.getKey() + " is neither a list of values nor {min, max}");
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("names no setting");
    }
    return new Space(all);
  }

  /**
   * A configuration with the values at a point put in.
   *
   * @throws IllegalArgumentException for a path that leads nowhere
   */
  public JsonNode apply(JsonNode configuration, double[] point) {
    JsonNode copy = configuration.deepCopy();
    for (int i = 0; i < point.length; i++) {
      set(copy, dimensions.get(i).path, dimensions.get(i).at(point[i]));
    }
    return copy;
  }

  private static void set(JsonNode tree, String path, JsonNode value) {
    String[] keys = path.split("\\.");
    JsonNode at = tree;
    for (int i = 0; i < keys.length - 1; i++) {
      JsonNode next = child(at, keys[i]);
      if (next == null) {
        throw new IllegalArgumentException(path + " leads nowhere in the configuration");
      }
      at = next;
    }
    if (!(at instanceof ObjectNode o)) {
      throw new IllegalArgumentException(path + " leads to no setting");
    }
    o.set(keys[keys.length - 1], value);
  }

  private static JsonNode child(JsonNode at, String key) {
    if (!at.isArray()) {
      return at.get(key);
    }
    if (key.matches("\\d{1,4}")) {
      return at.get(Integer.parseInt(key));
    }
    for (JsonNode n : at) {
      if (n.path("name").asText().equals(key)) {
        return n;
      }
    }
    return null;
  }

  /** All points of the grid. */
  public List<double[]> grid() {
    List<double[]> points = new ArrayList<>();
    points.add(new double[dimensions.size()]);
    for (int d = 0; d < dimensions.size(); d++) {
      List<double[]> next = new ArrayList<>();
      for (double[] p : points) {
        for (double u : dimensions.get(d).grid()) {
          double[] q = p.clone();
          q[d] = u;
          next.add(q);
        }
      }
      points = next;
      if (points.size() > 100_000) {
        throw new IllegalArgumentException("the grid has more than 100000 points");
      }
    }
    return points;
  }
}
