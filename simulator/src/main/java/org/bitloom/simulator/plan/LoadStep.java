package org.bitloom.simulator.plan;

/**
 * The input map comes over the bus, S codes a beat.
 *
 * @param tensor the network's input
 * @param layout where it goes
 */
public record LoadStep(int tensor, Layout layout) implements Step {

  @Override
  public String name() {
    return "input";
  }

  @Override
  public String kind() {
    return "input";
  }

  /** Beats of a pixel (dealt by channel) or of a group of S columns. */
  public int pixelBeats() {
    return layout.perPixel();
  }

  /** Pixels, or groups of S columns, of a row. */
  public int rowPixels() {
    return layout.pixels(0);
  }

  /** Beats in all. */
  public int beats() {
    return layout.shape().height() * rowPixels() * pixelBeats();
  }
}
