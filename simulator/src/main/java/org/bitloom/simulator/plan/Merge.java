package org.bitloom.simulator.plan;

import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.Clamp;

/**
 * A second map that joins a layer's codes on their way to the memories: a residual addition, or the
 * channels of a concatenation that were there before.
 *
 * @param addition how codes add; null for a concatenation, where one of both is always zero
 * @param negateOwn whether the layer's own codes are subtracted
 * @param negateOther whether the other map's are
 * @param ownIsLeft whether the layer's own codes are the addition's left ones
 * @param zeroOwn zero code of the layer's own codes
 * @param zeroOther zero code of the other map
 * @param zeroOut zero code of the result
 * @param clamp limits of the result
 * @param sideBase first word of the other map in the side memory
 */
public record Merge(
    Addition addition,
    boolean negateOwn,
    boolean negateOther,
    boolean ownIsLeft,
    int zeroOwn,
    int zeroOther,
    int zeroOut,
    Clamp clamp,
    int sideBase) {

  /** Whether it is a concatenation. */
  public boolean concatenates() {
    return addition == null;
  }
}
