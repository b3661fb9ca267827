package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** A pass before addresses are known; operations that follow may still board it. */
final class Draft {
  /** No second map. */
  static final int NONE = -1;

  final List<Operation> operations = new ArrayList<>();
  final int in;
  final boolean dense;
  final boolean scattered;
  final Window window;
  final CodeTensor weights;
  final CodeTensor bias;
  final Requantization requantization;
  final Clamp clamp;
  final View layer;

  /** The map that joins: its place in the planner's books, {@link #NONE} without. */
  int operand = NONE;

  /** The addition, null where maps are concatenated. */
  Add add;

  /** Whether the pass's own codes are the addition's left ones. */
  boolean ownIsLeft;

  View merged;
  CodeTensor table;
  int tableFirst;
  View looked;
  Pool pool;
  View out;

  /** The map's place in the planner's books. */
  int key;

  /** Whether an addition reads the result. */
  boolean side;

  Draft(
      Operation operation,
      int in,
      Kernel kernel,
      Requantization requantization,
      Clamp clamp,
      View layer) {
    operations.add(operation);
    this.in = in;
    this.dense = kernel.dense;
    this.scattered = kernel.scattered;
    this.window = kernel.window;
    this.weights = kernel.weights;
    this.bias = kernel.bias;
    this.requantization = requantization;
    this.clamp = clamp;
    this.layer = layer;
    this.out = layer;
  }

  /**
   * What is multiplied.
   *
   * @param dense whether the whole map is one long row
   * @param scattered whether the weights are {@code [c][r][s][1]} of a depthwise convolution
   */
  record Kernel(
      boolean dense, boolean scattered, Window window, CodeTensor weights, CodeTensor bias) {}

  /** Whether nothing stands between the requantizers and the memories. */
  boolean plain() {
    return operand == NONE && table == null && !pool.present();
  }

  /** Whether a table could still board. */
  boolean takesTable() {
    return table == null && !pool.present();
  }
}
