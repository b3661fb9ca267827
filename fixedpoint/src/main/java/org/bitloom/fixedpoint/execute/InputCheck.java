package org.bitloom.fixedpoint.execute;

import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** Refuses inputs that the network's formats do not define. */
final class InputCheck {
  private InputCheck() {}

  static void check(QuantizedNetwork network, CodeTensor input) {
    TensorSpec spec = network.inputSpec();
    if (!input.shape().equals(spec.shape())) {
      throw new IllegalArgumentException(
          "input is " + input.shape() + ", the network expects " + spec.shape());
    }
    for (int i = 0; i < input.size(); i++) {
      int q = input.get(i);
      if (q < spec.format().minCode() || q > spec.format().maxCode()) {
        throw new IllegalArgumentException(
            "input code " + q + " at index " + i + " exceeds " + spec.format().bits() + " bits");
      }
    }
  }
}
