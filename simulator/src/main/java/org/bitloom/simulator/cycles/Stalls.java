package org.bitloom.simulator.cycles;

/**
 * Where a step's cycles went; they add up to its cycles exactly. {@code compute} is what the
 * layer's non-zero multiplications need on all multipliers; the others follow the slice that
 * finishes last.
 *
 * @param compute ceil(non-zero multiply-accumulates / multipliers)
 * @param idleLanes lanes without an output channel
 * @param imbalance this slice's non-zero activations beyond the mean of the slices
 * @param emptyTokens tokens without a non-zero activation, and windows without tokens
 * @param passedOver tokens between windows that a large stride leaves out
 * @param waitDrain waiting because the drain was busy
 * @param waitSlices waiting because another slice was behind
 * @param pipeline filling and emptying the pipeline, the last windows' drain
 * @param control starting and ending the step
 * @param transfer beats on the bus (input and output only)
 */
public record Stalls(
    long compute,
    long idleLanes,
    long imbalance,
    long emptyTokens,
    long passedOver,
    long waitDrain,
    long waitSlices,
    long pipeline,
    long control,
    long transfer) {

  /** All of them: the step's cycles. */
  public long sum() {
    return compute
        + idleLanes
        + imbalance
        + emptyTokens
        + passedOver
        + waitDrain
        + waitSlices
        + pipeline
        + control
        + transfer;
  }

  /** Element-wise sum. */
  public Stalls plus(Stalls o) {
    return new Stalls(
        compute + o.compute,
        idleLanes + o.idleLanes,
        imbalance + o.imbalance,
        emptyTokens + o.emptyTokens,
        passedOver + o.passedOver,
        waitDrain + o.waitDrain,
        waitSlices + o.waitSlices,
        pipeline + o.pipeline,
        control + o.control,
        transfer + o.transfer);
  }

  /** None. */
  public static Stalls none() {
    return new Stalls(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
}
