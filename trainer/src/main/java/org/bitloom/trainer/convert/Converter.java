package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tflite.Tables;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.MultiplyLayer;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;
import org.bitloom.trainer.layer.Values;

/**
 * Makes integers of a folded network, one operation for each group of layers: formats of feature
 * maps are given, weights and biases are quantized here. Post-training quantization takes the
 * formats from an {@link Observation}, quantization-aware training from its ranges.
 */
public final class Converter {
  private static final float SOFTMAX_SCALE = 1f / 256;
  private static final int SOFTMAX_ZERO = -128;

  private final TargetFormat target;
  private final Function<Groups.Group, QuantizedWeights> weights;
  private final Values values;
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Map<Integer, Integer> places = new HashMap<>(); // float tensor to quantized one

  private Converter(
      TargetFormat target, Function<Groups.Group, QuantizedWeights> weights, Values values) {
    this.target = target;
    this.weights = weights;
    this.values = values;
  }

  /**
   * Converts a network after training.
   *
   * @param seen of the network folded, see {@link Observation}
   * @param activations the rule for feature maps
   * @param weights the rule for weights
   */
  public static QuantizedNetwork convert(
      FloatNetwork network,
      Observation seen,
      TargetFormat target,
      Calibration activations,
      Calibration weights) {
    FloatNetwork folded = Folding.fold(network);
    EffectiveValues values = EffectiveValues.of(folded);
    Function<Groups.Group, ActivationFormat> formats =
        g -> format(target, activations, seen.layers().get(g.output() - 1), g.layer().name());
    return convert(
        folded,
        Groups.of(folded),
        format(target, activations, seen.input(), "input"),
        formats,
        target,
        g ->
            QuantizedWeights.of(
                values, g.layer().parameters().getFirst(), g.layer().name(), target, weights, null),
        values);
  }

  /** Converts a folded network whose formats are known. */
  static QuantizedNetwork convert(
      FloatNetwork folded,
      List<Groups.Group> groups,
      ActivationFormat input,
      Function<Groups.Group, ActivationFormat> formats,
      TargetFormat target,
      Function<Groups.Group, QuantizedWeights> weights,
      Values values) {
    Converter c = new Converter(target, weights, values);
    c.tensors.add(new TensorSpec("input", folded.input(), input));
    c.places.put(0, 0);
    for (Groups.Group g : groups) {
      ActivationFormat f = g.chooses() ? formats.apply(g) : null;
      c.emit(g, f, folded);
      c.places.put(g.output(), c.tensors.size() - 1);
    }
    return new QuantizedNetwork(
        folded.name(), c.tensors, 0, c.places.get(folded.nodes().size()), c.operations);
  }

  /** The format that a rule chooses for what was seen of a layer's output. */
  static ActivationFormat format(
      TargetFormat target, Calibration rule, Statistics s, String layer) {
    return switch (target) {
      case TargetFormat.Int8 t when t.symmetric() ->
          new AffineFormat(8, rule.symmetricScale(s, 8), 0);
      case TargetFormat.Int8 t -> rule.affine(s, 8);
      case TargetFormat.FixedPoint t -> rule.fixedPoint(s, t.bits(layer));
    };
  }

  private void emit(Groups.Group g, ActivationFormat chosen, FloatNetwork folded) {
    int in = places.get(g.inputs().getFirst());
    ActivationFormat same = tensors.get(in).format();
    String name = g.layer().name();
    int out = tensors.size();
    ActivationFormat format = chosen == null ? same : chosen;
    if (g.layer() instanceof SoftmaxLayer) {
      format = new AffineFormat(8, SOFTMAX_SCALE, SOFTMAX_ZERO);
    }
    tensors.add(new TensorSpec(name, folded.shape(g.output()), format));
    Clamp clamp = g.fused().clamp(format);
    operations.add(
        switch (g.layer()) {
          case Conv2dLayer c -> {
            QuantizedWeights q = weights.apply(g);
            yield new Conv2d(
                name,
                in,
                out,
                c.window(),
                c.groups(),
                q.codes(),
                q.format(),
                q.bias(values.of(c.bias()), same.step()),
                requantization(same, q.format(), format, false),
                clamp);
          }
          case DenseLayer d -> {
            QuantizedWeights q = weights.apply(g);
            yield new Dense(
                name,
                in,
                out,
                q.codes(),
                q.format(),
                q.bias(values.of(d.bias()), same.step()),
                requantization(same, q.format(), format, true),
                clamp);
          }
          case ActivationLayer a when a.function() instanceof Activation.Relu ->
              new Relu(name, in, out, Clamp.relu(same));
          case ActivationLayer a ->
              new Lookup(
                  name,
                  a.function().word(),
                  in,
                  out,
                  Tables.real(same, format, a.function()::value));
          case PoolLayer p when p.max() ->
              new MaxPool2d(name, in, out, p.window(), Clamp.full(same));
          case PoolLayer p ->
              new AveragePool2d(name, in, out, p.window(), poolRounding(), Clamp.full(same));
          case FlattenLayer f -> new Flatten(name, in, out);
          case PadLayer p -> new Pad(name, in, out, p.top(), p.left(), p.bottom(), p.right());
          case AddLayer a -> add(a, g, in, out, format, clamp);
          case MultiplyLayer m -> product(m, g, in, out, format, clamp);
          case ConcatLayer c -> concatenate(c, g, out, format);
          case SoftmaxLayer s -> softmax(s, in, out, same);
          default -> throw new IllegalStateException(name + " was not folded");
        });
  }

  private Operation add(
      AddLayer a, Groups.Group g, int left, int out, ActivationFormat format, Clamp clamp) {
    int right = places.get(g.inputs().get(1));
    ActivationFormat l = tensors.get(left).format();
    ActivationFormat r = tensors.get(right).format();
    Addition sum =
        switch (target) {
          case TargetFormat.Int8 t ->
              Addition.Affine.of(
                  t.policy(), (AffineFormat) l, (AffineFormat) r, (AffineFormat) format);
          case TargetFormat.FixedPoint t ->
              Addition.FixedPoint.of(
                  (QFormat) l, (QFormat) r, (QFormat) format, t.rounding(), t.overflow());
        };
    return new Add(a.name(), left, right, out, a.subtract(), sum, clamp);
  }

  private Operation product(
      MultiplyLayer m, Groups.Group g, int left, int out, ActivationFormat format, Clamp clamp) {
    int right = places.get(g.inputs().get(1));
    ActivationFormat l = tensors.get(left).format();
    ActivationFormat r = tensors.get(right).format();
    Requantization q =
        switch (target) {
          case TargetFormat.Int8 t ->
              new MultiplierRequantization(
                  t.policy(),
                  List.of(
                      QuantizedMultiplier.of(
                          (double) ((AffineFormat) l).scale()
                              * ((AffineFormat) r).scale()
                              / ((AffineFormat) format).scale())));
          case TargetFormat.FixedPoint t ->
              new ShiftRequantization(
                  ((QFormat) l).fraction()
                      + ((QFormat) r).fraction()
                      - ((QFormat) format).fraction(),
                  format.bits(),
                  t.rounding(),
                  t.overflow());
        };
    return new Multiply(m.name(), left, right, out, q, clamp);
  }

  private Operation concatenate(ConcatLayer c, Groups.Group g, int out, ActivationFormat format) {
    List<Integer> from = g.inputs().stream().map(places::get).toList();
    List<Requantization> rescale =
        from.stream().map(t -> rescale(tensors.get(t).format(), format)).toList();
    return new Concatenate(c.name(), from, out, 2, rescale);
  }

  private Requantization rescale(ActivationFormat in, ActivationFormat out) {
    return switch (target) {
      case TargetFormat.Int8 t ->
          new MultiplierRequantization(
              t.policy(),
              List.of(
                  QuantizedMultiplier.of(
                      (double) ((AffineFormat) in).scale() / ((AffineFormat) out).scale())));
      case TargetFormat.FixedPoint t ->
          new ShiftRequantization(
              ((QFormat) in).fraction() - ((QFormat) out).fraction(),
              out.bits(),
              t.rounding(),
              t.overflow());
    };
  }

  private Operation softmax(SoftmaxLayer s, int in, int out, ActivationFormat format) {
    if (!(target instanceof TargetFormat.Int8 t)) {
      throw new IllegalArgumentException(
          s.name()
              + " is a softmax, which runs in int8 only; leave it out (it does not change the"
              + " largest output) or use --format int8");
    }
    return Softmax.of(s.name(), in, out, t.policy(), ((AffineFormat) format).scale(), 1);
  }

  private Requantization requantization(
      ActivationFormat in, WeightFormat w, ActivationFormat out, boolean dense) {
    return switch (target) {
      case TargetFormat.Int8 t ->
          MultiplierRequantization.of(
              t.policy(), (AffineFormat) in, w, (AffineFormat) out, dense && w.scales() == 1);
      case TargetFormat.FixedPoint t -> {
        int shift =
            ((QFormat) in).fraction() - Math.getExponent(w.scale(0)) - ((QFormat) out).fraction();
        yield new ShiftRequantization(shift, out.bits(), t.rounding(), t.overflow());
      }
    };
  }

  private Rounding poolRounding() {
    return switch (target) {
      case TargetFormat.Int8 t -> Rounding.HALF_AWAY;
      case TargetFormat.FixedPoint t -> t.rounding();
    };
  }

  /** Steps of the output channels of a weighted operation's accumulator. */
  static double[] scales(WeightFormat w, int channels) {
    return IntStream.range(0, channels)
        .mapToDouble(k -> w.scale(w.scales() == 1 ? 0 : k))
        .toArray();
  }
}
