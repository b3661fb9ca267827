package org.bitloom.simulator.plan;

/**
 * Every width and depth of the machine that a plan needs, no larger than necessary.
 *
 * @param activation bits of an activation code
 * @param weight bits of the integer a weight stands for
 * @param accumulator bits of an accumulator
 * @param coordinate bits of a signed coordinate
 * @param featureWords tokens of a slice's feature memory
 * @param rowWords row pointers of a slice
 * @param weightWords weight words of a slice
 * @param paramWords requantization parameter words
 * @param kernelRows most rows of a kernel
 * @param poolWords beats of the pooled row that waits
 * @param poolSum bits of a pooling window's sum
 * @param reciprocal bits of a pooling reciprocal
 * @param leftShift largest left shift of a dynamic fixed point requantization
 * @param outBeats beats of the output map
 * @param scatterRows lanes along a row index in scattered layers, 0 without such layers
 * @param scatterColumns most lanes along a column index
 * @param scatterWords accumulators of a lane for scattered layers, in each of its banks
 * @param sideWords beats of the side memory
 * @param merge whether maps are added or concatenated
 * @param align largest alignment of a dynamic fixed point addition
 * @param mergeLeft largest left shift of its sum
 * @param tables functions looked up
 * @param weightCode how weights are stored
 */
public record Widths(
    int activation,
    int weight,
    int accumulator,
    int coordinate,
    int featureWords,
    int rowWords,
    int weightWords,
    int paramWords,
    int kernelRows,
    int poolWords,
    int poolSum,
    int reciprocal,
    int leftShift,
    int outBeats,
    int scatterRows,
    int scatterColumns,
    int scatterWords,
    int sideWords,
    boolean merge,
    int align,
    int mergeLeft,
    int tables,
    WeightCode weightCode) {

  /** Bits of a feature memory address. */
  public int featureAddress() {
    return Bits.forIndex(featureWords);
  }

  /** Bits of a scattered accumulator's address. */
  public int scatterAddress() {
    return Bits.forIndex(scatterWords);
  }

  /** Bits of a side memory address. */
  public int sideAddress() {
    return Bits.forIndex(sideWords);
  }

  /** Bits of a row pointer index. */
  public int rowAddress() {
    return Bits.forIndex(rowWords);
  }

  /** Bits of a weight address. */
  public int weightAddress() {
    return Bits.forIndex(weightWords);
  }

  /** Bits of a parameter address. */
  public int paramAddress() {
    return Bits.forIndex(paramWords);
  }

  /** Bits of a waiting pooled row's address. */
  public int poolAddress() {
    return Bits.forIndex(poolWords);
  }
}
