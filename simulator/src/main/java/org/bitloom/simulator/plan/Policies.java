package org.bitloom.simulator.plan;

import java.util.List;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;

/** The one number family and rounding policy of a network: the machine has one requantizer. */
final class Policies {
  private Policies() {}

  /** The policy, double where nothing says; a mixture is refused. */
  static RoundingPolicy of(QuantizedNetwork network) {
    RoundingPolicy found = null;
    boolean affine = network.inputSpec().format() instanceof AffineFormat;
    for (Operation op : network.operations()) {
      if (network.tensor(op.output()).format() instanceof AffineFormat != affine) {
        throw mixture(network, op);
      }
      for (RoundingPolicy p : in(op)) {
        if (found != null && p != found) {
          throw mixture(network, op);
        }
        found = p;
      }
    }
    return found == null ? RoundingPolicy.DOUBLE : found;
  }

  private static BadInputException mixture(QuantizedNetwork network, Operation op) {
    return new BadInputException(
        network.name(),
        "layer " + op.name() + " mixes number families or rounding policies",
        "quantize the whole network with one --format and --rounding");
  }

  private static List<RoundingPolicy> in(Operation op) {
    Stream<Requantization> all =
        switch (op) {
          case WeightedOperation w -> Stream.of(w.requantization());
          case Requantize r -> Stream.of(r.requantization());
          case Concatenate c -> c.rescale().stream();
          case AveragePool2d _,
              Constant _,
              Flatten _,
              Lookup _,
              MaxPool2d _,
              Mean _,
              Multiply _,
              Pad _,
              Relu _,
              Softmax _,
              Trim _,
              Add _ ->
              Stream.of();
        };
    List<RoundingPolicy> policies =
        all.filter(MultiplierRequantization.class::isInstance)
            .map(r -> ((MultiplierRequantization) r).policy())
            .toList();
    return switch (op) {
      case Mean m -> List.of(m.policy());
      case Add a when a.addition() instanceof Addition.Affine f -> List.of(f.policy());
      default -> policies;
    };
  }
}
