package org.bitloom.simulator.plan;

import java.util.List;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;

/**
 * A pass over a tensor: windows of tokens, F output channels at a time (or tokens scattered to the
 * windows they meet), then requantization and what follows it.
 *
 * @param name the author's name of the first operation
 * @param kind its kind
 * @param operations the operations computed, in order
 * @param inTensor the tensor read
 * @param input where the input lies
 * @param rows rows of the map as the walkers see it
 * @param columns columns of the map as the walkers see it
 * @param window kernel, stride and padding; dilation is 1
 * @param windowsDown rows of windows
 * @param windowsAcross columns of windows
 * @param scatter the depthwise mapping, or null
 * @param weights {@code [k][r][s][c]} over all channels of the input, {@code [c][r][s][1]} if
 *     scattered
 * @param bias one for each output channel
 * @param requantization from accumulator to code
 * @param clamp the fused activation
 * @param post what follows the requantizers
 * @param output where the result is stored run-length coded, or null
 * @param sideBase where it is kept in the side memory, or -1
 * @param config the machine
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
    Scatter scatter,
    CodeTensor weights,
    CodeTensor bias,
    Requantization requantization,
    Clamp clamp,
    Post post,
    Layout output,
    int sideBase,
    AcceleratorConfig config,
    int weightBase,
    int paramBase)
    implements Step {

  /** Copies. */
  public LayerStep {
    operations = List.copyOf(operations);
  }

  LayerStep withWeightBase(int base) {
    return new LayerStep(
        name,
        kind,
        operations,
        inTensor,
        input,
        rows,
        columns,
        window,
        windowsDown,
        windowsAcross,
        scatter,
        weights,
        bias,
        requantization,
        clamp,
        post,
        output,
        sideBase,
        config,
        base,
        paramBase);
  }

  /** Pooling that follows. */
  public Pool pool() {
    return post.pool();
  }

  /** Output channels, K. */
  public int channels() {
    return bias.size();
  }

  /** Groups of F output channels; all at once if scattered. */
  public int groups() {
    return scatter != null ? 1 : Math.ceilDiv(channels(), config.lanes());
  }

  /** Beats of a group. */
  public int beats(int group) {
    int left = channels() - group * config.lanes();
    return Math.ceilDiv(Math.min(left, config.lanes()), config.codesPerBeat());
  }

  /** Beats of a pixel of the layer. */
  public int pixelBeats() {
    return Math.ceilDiv(channels(), config.codesPerBeat());
  }

  /** Weight words of a kernel column. */
  public int columnWords() {
    return input.perPixel();
  }

  /** Weight words in every slice. */
  public int weightWords() {
    return scatter != null
        ? scatter.weightWords(input.perPixel())
        : groups() * window.taps() * columnWords();
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
    if (scatter != null) {
      return scatter.weight(input, weights, slice, word, lane);
    }
    int e = word % columnWords();
    int tap = word / columnWords() % window.taps();
    int k = word / columnWords() / window.taps() * config.lanes() + lane;
    int c = input.channel(slice, e);
    int depth = weights.shape().dim(3);
    return k < channels() && c < depth ? weights.get((k * window.taps() + tap) * depth + c) : 0;
  }
}
