package org.bitloom.simulator.plan;

/**
 * The output map leaves over the bus, S codes a beat.
 *
 * @param tensor the network's output
 * @param layout where it lies
 */
public record UnloadStep(int tensor, Layout layout) implements Step {

  @Override
  public String name() {
    return "output";
  }

  @Override
  public String kind() {
    return "output";
  }

  /** Beats in all. */
  public int beats() {
    return layout.shape().height() * layout.shape().width() * layout.perPixel();
  }
}
