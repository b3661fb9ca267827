package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.GroupNormLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.Noise;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.ScaleLayer;

/**
 * The network as hardware sees it: batch normalization folded into the layer before it, or else
 * into a depthwise 1x1 convolution; dropout gone, standout a function of each element. The
 * parameters are the same arrays, seen through transforms, so that a folded network can be trained.
 */
public final class Folding {
  private final FloatNetwork network;
  private final NetworkBuilder built;
  private final Map<Integer, Integer> tensors = new HashMap<>();
  private final Map<Parameter, Parameter> plain = new IdentityHashMap<>();
  private final Map<float[], Parameter> folded = new IdentityHashMap<>();

  private Folding(FloatNetwork network) {
    this.network = network;
    built = new NetworkBuilder(network.input());
    tensors.put(0, 0);
  }

  /**
   * Folds a network.
   *
   * @throws IllegalArgumentException for layers that cannot run on the accelerator, and why
   */
  public static FloatNetwork fold(FloatNetwork network) {
    return new Folding(network).run();
  }

  /**
   * The last layer of the unfolded network that each integer operation stands for, by the
   * operation's name, in order.
   */
  public static Map<String, String> ends(FloatNetwork network) {
    Map<String, String> after = new HashMap<>(); // a layer and the normalization folded into it
    Folding f = new Folding(network);
    for (int i = 0; i < network.nodes().size(); i++) {
      BatchNormLayer norm = f.normAfter(i);
      if (norm != null) {
        after.put(network.nodes().get(i).layer().name(), norm.name());
      }
    }
    FloatNetwork folded = fold(network);
    Map<String, String> ends = new LinkedHashMap<>();
    for (Groups.Group g : Groups.of(folded)) {
      String last = folded.nodes().get(g.output() - 1).layer().name();
      ends.put(g.layer().name(), after.getOrDefault(last, last));
    }
    return ends;
  }

  private FloatNetwork run() {
    for (int i = 0; i < network.nodes().size(); i++) {
      FloatNetwork.Node node = network.nodes().get(i);
      if (tensors.containsKey(i + 1)) {
        continue; // folded into the one before
      }
      int end = i + 1;
      BatchNormLayer norm = normAfter(i);
      Layer layer;
      if (norm != null) {
        layer = fold(node.layer(), norm);
        end = network.readers(i + 1).getFirst() + 1;
      } else {
        layer = single(node.layer());
      }
      Integer[] in = node.inputs().stream().map(tensors::get).toArray(Integer[]::new);
      tensors.put(end, layer == null ? in[0] : built.add(layer, in));
      tensors.put(i + 1, tensors.get(end));
    }
    return built.build(network.name());
  }

  private BatchNormLayer normAfter(int node) {
    Layer l = network.nodes().get(node).layer();
    List<Integer> readers = network.readers(node + 1);
    return (l instanceof Conv2dLayer || l instanceof DenseLayer)
            && readers.size() == 1
            && network.nodes().get(readers.getFirst()).layer() instanceof BatchNormLayer b
        ? b
        : null;
  }

  private Layer fold(Layer layer, BatchNormLayer norm) {
    return switch (layer) {
      case Conv2dLayer c ->
          new Conv2dLayer(
              c.name(),
              c.input(),
              c.window(),
              c.groups(),
              through(c.weight(), norm, false),
              through(c.bias(), norm, true));
      case DenseLayer d ->
          new DenseLayer(
              d.name(), d.input(), through(d.weight(), norm, false), through(d.bias(), norm, true));
      default -> throw new IllegalStateException(layer.name());
    };
  }

  private Parameter through(Parameter p, BatchNormLayer norm, boolean bias) {
    if (folded.put(p.values(), p) != null) {
      throw new IllegalArgumentException(
          p.name()
              + " is shared by layers with a batch normalization each, which cannot be folded"
              + " into one tensor; share the layers without normalization between them");
    }
    return copy(p).attach(new FoldedNorm(norm, bias));
  }

  private static Parameter copy(Parameter p) {
    Parameter q = new Parameter(p.name(), p.shape(), p.values());
    p.transforms().forEach(q::attach);
    return q;
  }

  private Parameter same(Parameter p) {
    return plain.computeIfAbsent(p, Folding::copy);
  }

  private Layer single(Layer layer) {
    return switch (layer) {
      case Conv2dLayer c ->
          new Conv2dLayer(
              c.name(), c.input(), c.window(), c.groups(), same(c.weight()), same(c.bias()));
      case DenseLayer d -> new DenseLayer(d.name(), d.input(), same(d.weight()), same(d.bias()));
      case DropoutLayer d when d.noise() instanceof Noise.Standout s ->
          new ActivationLayer(d.name(), d.input(), DropoutLayer.function(s));
      case DropoutLayer d -> null;
      case BatchNormLayer b -> scale(b);
      case ScaleLayer s -> depthwise(s.name(), s.input(), s.factor(), s.offset());
      case GroupNormLayer g -> throw host(g.name(), "normalizes by statistics of the sample");
      case LocalResponseNormLayer l -> throw host(l.name(), "divides by a sum over neighbours");
      default -> layer;
    };
  }

  private static IllegalArgumentException host(String name, String why) {
    return new IllegalArgumentException(
        name
            + " "
            + why
            + ", which cannot be folded into weights and has no integer form in the hardware; use"
            + " batch_norm, or run the layer on the host in floats");
  }

  private static Layer scale(BatchNormLayer b) {
    float[] factor = b.gamma().effective().clone();
    float[] offset = b.beta().effective().clone();
    for (int c = 0; c < factor.length; c++) {
      factor[c] = (float) (factor[c] / Math.sqrt(b.variance()[c] + b.epsilon()));
      offset[c] -= factor[c] * b.mean()[c];
    }
    return depthwise(b.name(), b.input(), factor, offset);
  }

  private static Layer depthwise(String name, Shape in, float[] factor, float[] offset) {
    int c = in.channels();
    return new Conv2dLayer(
        name,
        in,
        Window.valid(1, 1, 1, 1),
        c,
        new Parameter(name + ".weight", Shape.of(c, 1, 1, 1), factor.clone()),
        new Parameter(name + ".bias", Shape.of(c), offset.clone()));
  }

  /** Names of the layers that carry weights after folding. */
  public static List<String> weighted(FloatNetwork network) {
    List<String> names = new ArrayList<>();
    for (Layer l : fold(network).layers()) {
      if (l instanceof Conv2dLayer || l instanceof DenseLayer) {
        names.add(l.name());
      }
    }
    return names;
  }
}
