package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * How a depthwise convolution runs: every token is read once for each chunk and its products go to
 * all outputs it meets. Lane (a, b) holds outputs of row = a modulo {@code banks} and column = b
 * modulo {@code columns}, so that the taps of a token hit different lanes; one bank of rows more
 * than are in flight drains meanwhile. Kernel columns that the lanes cannot hold at once are taken
 * in chunks, the row being read once for each.
 *
 * @param window kernel, stride, padding; dilation is 1
 * @param banks output rows held at once, one more than a token meets
 * @param columns output columns a token meets in a chunk
 * @param chunks reads of a row
 * @param rowsWalked input rows that matter, from the first on
 * @param laneRows lanes along a row index: lane = a + b laneRows
 */
public record Scatter(
    Window window, int banks, int columns, int chunks, int rowsWalked, int laneRows) {

  /** Output rows a token meets. */
  static int rowsMet(Window w) {
    return Math.ceilDiv(w.height(), w.strideY());
  }

  static Scatter of(Window w, int rows, int windowsDown, int lanes, int laneRows) {
    int met = Math.ceilDiv(w.width(), w.strideX());
    int columns = Math.min(met, lanes / laneRows);
    int last = (windowsDown - 1) * w.strideY() + w.height() - 1 - w.padTop();
    return new Scatter(
        w,
        rowsMet(w) + 1,
        columns,
        Math.ceilDiv(met, columns),
        Math.clamp(last + 1, 1, rows),
        laneRows);
  }

  /** Input rows after which the lanes repeat. */
  int periodY() {
    return banks * window.strideY();
  }

  /** Input columns after which the lanes repeat. */
  int periodX() {
    return columns * window.strideX();
  }

  /** Weight words in a slice, given the elements of a pixel. */
  int weightWords(int perPixel) {
    return chunks * periodY() * periodX() * perPixel;
  }

  /** Newest output row that input row {@code y} meets (it may lie below the map). */
  public int newestRow(int y) {
    return (y + window.padTop()) / window.strideY();
  }

  /** The input row after which an output row is complete; negative: before the first. */
  public int lastRow(int oy) {
    return Math.min(oy * window.strideY() + window.height() - 1 - window.padTop(), rowsWalked - 1);
  }

  /** The tap of a lane in a word, -1 for none. */
  public int tap(int word, int perPixel, int lane) {
    int a = lane % laneRows;
    int b = lane / laneRows;
    if (a >= banks || b >= columns) {
      return -1;
    }
    int phaseX = word / perPixel % periodX();
    int phaseY = word / perPixel / periodX() % periodY();
    int chunk = word / perPixel / periodX() / periodY();
    int ageY = Math.floorMod(phaseY / window.strideY() - a, banks);
    int ageX = Math.floorMod(phaseX / window.strideX() - b, columns);
    int r = phaseY % window.strideY() + window.strideY() * ageY;
    int s = chunk * periodX() + phaseX % window.strideX() + window.strideX() * ageX;
    return r < window.height() && s < window.width() ? r * window.width() + s : -1;
  }

  /** The weight of a lane in a word of a slice; weights are {@code [c][r][s][1]}. */
  int weight(Layout input, CodeTensor weights, int slice, int word, int lane) {
    int tap = tap(word, input.perPixel(), lane);
    int c = input.channel(slice, word % input.perPixel());
    return tap < 0 || c >= input.shape().channels() ? 0 : weights.get(c * window.taps() + tap);
  }
}
