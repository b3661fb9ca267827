package org.bitloom.fixedpoint.execute;

import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** Addition of maps of small codes: the sum of every pair of codes, tabulated once. */
record AddKernel(Add op, byte[] sums) implements FastExecutor.Kernel {
  private static final int WIDEST = 8;

  /** Whether both maps and their sum have codes of at most 8 bits and one shape. */
  static boolean fits(QuantizedNetwork network, Add op) {
    var out = network.tensor(op.output());
    return op.inputs().stream()
            .map(network::tensor)
            .allMatch(t -> t.shape().equals(out.shape()) && t.format().bits() <= WIDEST)
        && out.format().bits() <= WIDEST;
  }

  static AddKernel of(QuantizedNetwork network, Add op) {
    ActivationFormat l = network.tensor(op.left()).format();
    ActivationFormat r = network.tensor(op.right()).format();
    int zero = network.tensor(op.output()).format().zeroCode();
    byte[] sums = new byte[1 << (2 * WIDEST)];
    for (int a = l.minCode(); a <= l.maxCode(); a++) {
      for (int b = r.minCode(); b <= r.maxCode(); b++) {
        long sum = op.addition().apply(a - l.zeroCode(), b - r.zeroCode(), op.subtract());
        sums[index(a, b)] = (byte) op.clamp().apply(sum + zero);
      }
    }
    return new AddKernel(op, sums);
  }

  private static int index(int left, int right) {
    return (left & 0xff) << WIDEST | right & 0xff;
  }

  @Override
  public CodeTensor apply(CodeTensor[] t) {
    int[] left = t[op.left()].toArray();
    int[] right = t[op.right()].toArray();
    for (int i = 0; i < left.length; i++) {
      left[i] = sums[index(left[i], right[i])];
    }
    return CodeTensor.wrap(t[op.left()].shape(), left);
  }
}
