package org.bitloom.trainer.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The smallest width of each layer that keeps the accuracy, found layer by layer. */
public final class WidthSearch {
  private static final int LEAST = 2;

  private WidthSearch() {}

  /**
   * Narrows one layer after the other, the first named first, as far as the accuracy stays within
   * the loss; what one layer has spent is not there for the next.
   *
   * @param layers names of the layers that have weights
   * @param start width of every layer to begin with, 2 to 16
   * @param accuracy of the network with these widths, 0 to 1
   * @param maxLoss how much accuracy may be lost in all, 0 to 1
   * @return a width for each layer, at most {@code start}
   */
  public static Map<String, Integer> narrowest(
      List<String> layers,
      int start,
      ToDoubleFunction<Map<String, Integer>> accuracy,
      double maxLoss) {
    Map<String, Integer> widths = new LinkedHashMap<>();
    layers.forEach(l -> widths.put(l, start));
    double floor = accuracy.applyAsDouble(widths) - maxLoss;
    for (String layer : layers) {
      for (int bits = start - 1; bits >= LEAST; bits--) {
        int before = widths.put(layer, bits);
        if (accuracy.applyAsDouble(widths) < floor) {
          widths.put(layer, before);
          break;
        }
      }
    }
    return widths;
  }
}
