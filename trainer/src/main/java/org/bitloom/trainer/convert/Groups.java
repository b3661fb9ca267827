package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.MultiplyLayer;

/** Which nodes of a folded network become one integer operation. */
final class Groups {
  private Groups() {}

  /** What is fused behind a layer. */
  enum Fused {
    NONE,
    RELU,
    RELU6;

    Clamp clamp(ActivationFormat f) {
      return switch (this) {
        case NONE -> Clamp.full(f);
        case RELU -> Clamp.relu(f);
        case RELU6 -> Clamp.relu6(f);
      };
    }
  }

  /**
   * One operation.
   *
   * @param layer the first layer
   * @param inputs float tensors it reads
   * @param fused the activation behind it
   * @param output float tensor it gives
   */
  record Group(Layer layer, List<Integer> inputs, Fused fused, int output) {
    /** Whether the output has a format of its own, and not its input's. */
    boolean chooses() {
      return switch (layer) {
        case Conv2dLayer c -> true;
        case DenseLayer d -> true;
        case AddLayer a -> true;
        case MultiplyLayer m -> true;
        case ConcatLayer c -> true;
        case ActivationLayer a -> !(a.function() instanceof Activation.Relu);
        default -> false;
      };
    }

    /** Whether it has weights. */
    boolean weighted() {
      return layer instanceof Conv2dLayer || layer instanceof DenseLayer;
    }
  }

  /** The operations of a folded network, in order. */
  static List<Group> of(FloatNetwork network) {
    List<Group> groups = new ArrayList<>();
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < network.nodes().size(); i++) {
      if (taken.contains(i)) {
        continue;
      }
      Layer layer = network.nodes().get(i).layer();
      Fused fused = Fused.NONE;
      int output = i + 1;
      List<Integer> readers = network.readers(i + 1);
      if ((layer instanceof Conv2dLayer || layer instanceof DenseLayer || layer instanceof AddLayer)
          && readers.size() == 1
          && network.nodes().get(readers.getFirst()).layer() instanceof ActivationLayer a) {
        fused =
            switch (a.function()) {
              case Activation.Relu r -> Fused.RELU;
              case Activation.Relu6 r -> Fused.RELU6;
              default -> Fused.NONE;
            };
        if (fused != Fused.NONE) {
          taken.add(readers.getFirst());
          output = readers.getFirst() + 1;
        }
      }
      groups.add(new Group(layer, network.nodes().get(i).inputs(), fused, output));
    }
    return groups;
  }
}
