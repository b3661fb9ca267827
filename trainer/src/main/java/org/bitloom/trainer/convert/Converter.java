package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tflite.Tables;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.GroupedConv2dLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ReluLayer;

/**
 * Post-training quantization: formats from an {@link Observation}, weights and biases as integers,
 * a ReLU fused into the weighted layer before it.
 */
public final class Converter {
  private final TargetFormat target;
  private final Calibration activations;
  private final Calibration weights;
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();

  private Converter(TargetFormat target, Calibration activations, Calibration weights) {
    this.target = target;
    this.activations = activations;
    this.weights = weights;
  }

  /**
   * Converts a network.
   *
   * @param activations the rule for feature maps
   * @param weights the rule for weights
   */
  public static QuantizedNetwork convert(
      FloatNetwork network,
      Observation seen,
      TargetFormat target,
      Calibration activations,
      Calibration weights) {
    return new Converter(target, activations, weights).run(network, seen);
  }

  private QuantizedNetwork run(FloatNetwork network, Observation seen) {
    List<Layer> layers = network.layers();
    tensors.add(new TensorSpec("input", network.input(), format(seen.input(), "input")));
    int i = 0;
    while (i < layers.size()) {
      Layer layer = layers.get(i);
      boolean fuse =
          (layer instanceof Conv2dLayer
                  || layer instanceof GroupedConv2dLayer
                  || layer instanceof DenseLayer)
              && i + 1 < layers.size()
              && layers.get(i + 1) instanceof ReluLayer;
      int end = fuse ? i + 1 : i;
      emit(layer, fuse, seen.layers().get(end));
      i = end + 1;
    }
    return new QuantizedNetwork(network.name(), tensors, 0, tensors.size() - 1, operations);
  }

  private ActivationFormat format(Statistics s, String layer) {
    return switch (target) {
      case TargetFormat.Int8 t when t.symmetric() ->
          new AffineFormat(8, activations.symmetricScale(s, 8), 0);
      case TargetFormat.Int8 t -> activations.affine(s, 8);
      case TargetFormat.FixedPoint t -> activations.fixedPoint(s, t.bits(layer));
    };
  }

  private void emit(Layer layer, boolean relu, Statistics seen) {
    int in = tensors.size() - 1;
    ActivationFormat same = tensors.get(in).format();
    String name = layer.name();
    switch (layer) {
      case Conv2dLayer c -> conv(layer, c.window(), 1, c.weight(), c.bias(), relu, seen);
      case GroupedConv2dLayer c ->
          conv(layer, c.window(), c.groups(), c.weight(), c.bias(), relu, seen);
      case DenseLayer d -> {
        TensorSpec out = add(layer, format(seen, name));
        QuantizedWeights q = weights(d.weight(), name);
        operations.add(
            new Dense(
                name,
                in,
                in + 1,
                q.codes(),
                q.format(),
                q.bias(d.bias(), same.step()),
                requantization(same, q.format(), out.format(), true),
                clamp(relu, out)));
      }
      case ReluLayer r -> {
        add(layer, same);
        operations.add(new Relu(name, in, in + 1, Clamp.relu(same)));
      }
      case ActivationLayer a -> {
        TensorSpec out = add(layer, format(seen, name));
        operations.add(
            new Lookup(
                name,
                a.function().word(),
                in,
                in + 1,
                Tables.real(same, out.format(), a.function()::value)));
      }
      case PoolLayer p -> {
        add(layer, same);
        operations.add(
            p.max()
                ? new MaxPool2d(name, in, in + 1, p.window(), Clamp.full(same))
                : new AveragePool2d(
                    name, in, in + 1, p.window(), poolRounding(), Clamp.full(same)));
      }
      case FlattenLayer f -> {
        add(layer, same);
        operations.add(new Flatten(name, in, in + 1));
      }
    }
  }

  private void conv(
      Layer layer,
      Window window,
      int groups,
      Parameter weight,
      Parameter bias,
      boolean relu,
      Statistics seen) {
    int in = tensors.size() - 1;
    ActivationFormat before = tensors.get(in).format();
    String name = layer.name();
    TensorSpec out = add(layer, format(seen, name));
    QuantizedWeights q = weights(weight, name);
    operations.add(
        new Conv2d(
            name,
            in,
            in + 1,
            window,
            groups,
            q.codes(),
            q.format(),
            q.bias(bias, before.step()),
            requantization(before, q.format(), out.format(), false),
            clamp(relu, out)));
  }

  private QuantizedWeights weights(Parameter weight, String layer) {
    return switch (target) {
      case TargetFormat.Int8 t -> QuantizedWeights.of(weight, t.weights(), 0, weights);
      case TargetFormat.FixedPoint t ->
          QuantizedWeights.of(weight, t.weights(), t.bits(layer), weights);
    };
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

  private static Clamp clamp(boolean relu, TensorSpec out) {
    return relu ? Clamp.relu(out.format()) : Clamp.full(out.format());
  }

  private TensorSpec add(Layer layer, ActivationFormat format) {
    TensorSpec t = new TensorSpec(layer.name(), layer.output(), format);
    tensors.add(t);
    return t;
  }
}
