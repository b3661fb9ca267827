package org.bitloom.simulator.plan;

import java.util.List;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * A pass over a tensor: windows of tokens, F output channels at a time, then requantization and
 * pooling.
 *
 * @param name the author's name of the first operation
 * @param kind its kind
 * @param operations the operations computed, in order
 * @param input where the input lies
 * @param rows rows of the map as the walkers see it
 * @param columns columns of the map as the walkers see it
 * @param window kernel, stride and padding; dilation is 1
 * @param windowsDown rows of windows
 * @param windowsAcross columns of windows
 * @param weights {@code [k][r][s][c]} over all channels of the input
 * @param bias one for each output channel
 * @param requantization from accumulator to code
 * @param clamp the fused activation
 * @param layerTensor tensor that leaves the requantizers
 * @param pool pooling that follows
 * @param outTensor tensor that is stored
 * @param output where it is stored
 * @param lanes F
 * @param weightBase first weight word, the same in every slice
 * @param paramBase first parameter word
 */
public record LayerStep(
    String name,
    String kind,
    List<Operation> operations,
    int inTensor,
    Layout input,
    int rows,
    int columns,
    Window window,
    int windowsDown,
    int windowsAcross,
    CodeTensor weights,
    CodeTensor bias,
    Requantization requantization,
    Clamp clamp,
    int layerTensor,
    Pool pool,
    int outTensor,
    Layout output,
    int lanes,
    int weightBase,
    int paramBase)
    implements Step {

  /** Copies. */
  public LayerStep {
    operations = List.copyOf(operations);
  }

  /** Output channels, K. */
  public int channels() {
    return bias.size();
  }

  /** Groups of F output channels. */
  public int groups() {
    return Math.ceilDiv(channels(), lanes);
  }

  /** Beats of S channels in a group. */
  public int beats(int group) {
    return Math.ceilDiv(Math.min(channels() - group * lanes, lanes), input.slices());
  }

  /** Beats of a pixel of the layer. */
  public int pixelBeats() {
    return Math.ceilDiv(channels(), input.slices());
  }

  /** Weight words of a kernel column. */
  public int columnWords() {
    return input.perPixel();
  }

  /** Weight words in every slice. */
  public int weightWords() {
    return groups() * window.taps() * columnWords();
  }

  /** Columns between a slice's own columns. */
  public int columnStep() {
    return input.columns() ? input.slices() : 1;
  }

  /**
   * The weight of a lane in a word of a slice, 0 where there is none.
   *
   * @param word relative to {@link #weightBase}
   */
  public int weight(int slice, int word, int lane) {
    int e = word % columnWords();
    int tap = word / columnWords() % window.taps();
    int k = word / columnWords() / window.taps() * lanes + lane;
    int c = input.channel(slice, e);
    int depth = weights.shape().dim(3);
    return k < channels() && c < depth ? weights.get((k * window.taps() + tap) * depth + c) : 0;
  }
}
