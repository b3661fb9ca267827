package org.bitloom.simulator.cycles;

/**
 * What one step of one sample cost.
 *
 * @param name the layer's name, or {@code input} and {@code output}
 * @param kind its kind
 * @param cycles clock cycles
 * @param macs multiply-accumulates of the layer, padding not counted
 * @param nonzeroMacs those with a non-zero activation
 * @param stalls where the cycles went
 * @param encoding size of the layer's input (of the map itself for input and output)
 */
public record StepResult(
    String name,
    String kind,
    long cycles,
    long macs,
    long nonzeroMacs,
    Stalls stalls,
    Encoding encoding) {

  /** Share of multiplier cycles that did a non-zero multiplication. */
  public double utilization(int multipliers) {
    return cycles == 0 ? 0 : (double) nonzeroMacs / ((double) cycles * multipliers);
  }
}
