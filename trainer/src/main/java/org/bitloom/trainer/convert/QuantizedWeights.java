package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.layer.Parameter;

/** Integer weights, biases and requantization of one layer. */
record QuantizedWeights(
    CodeTensor weights, WeightFormat format, CodeTensor bias, Requantization requantization) {

  static QuantizedWeights of(
      Parameter weight,
      Parameter bias,
      ActivationFormat in,
      ActivationFormat out,
      TargetFormat target,
      Calibration rule,
      boolean dense) {
    return switch (target) {
      case TargetFormat.Int8 t ->
          int8(weight, bias, (AffineFormat) in, (AffineFormat) out, t, rule, dense);
      case TargetFormat.FixedPoint t ->
          fixedPoint(weight, bias, (QFormat) in, (QFormat) out, t, rule);
    };
  }

  private static QuantizedWeights int8(
      Parameter weight,
      Parameter bias,
      AffineFormat in,
      AffineFormat out,
      TargetFormat.Int8 target,
      Calibration rule,
      boolean dense) {
    int k = bias.values().length;
    int depth = weight.values().length / k;
    int[] codes = new int[weight.values().length];
    int[] biases = new int[k];
    List<Float> scales = new ArrayList<>();
    for (int channel = 0; channel < k; channel++) {
      Statistics s = new Statistics();
      s.add(weight.values(), channel * depth, (channel + 1) * depth);
      float scale = rule.symmetricScale(s, 8);
      scales.add(scale);
      for (int i = channel * depth; i < (channel + 1) * depth; i++) {
        codes[i] =
            Math.clamp(Math.round(Rounding.HALF_AWAY.round(weight.values()[i] / scale)), -127, 127);
      }
      biases[channel] = bias(bias.values()[channel] / ((double) in.scale() * scale));
    }
    ChannelScales format = new ChannelScales(8, scales);
    return new QuantizedWeights(
        CodeTensor.wrap(weight.shape(), codes),
        format,
        CodeTensor.vector(biases),
        MultiplierRequantization.of(target.policy(), in, format, out, dense && format.perTensor()));
  }

  private static QuantizedWeights fixedPoint(
      Parameter weight,
      Parameter bias,
      QFormat in,
      QFormat out,
      TargetFormat.FixedPoint target,
      Calibration rule) {
    QFormat format = rule.fixedPoint(Statistics.of(weight.values()), target.bits());
    int[] codes = new int[weight.values().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = format.toCode(weight.values()[i], Rounding.HALF_AWAY);
    }
    int[] biases = new int[bias.values().length];
    for (int i = 0; i < biases.length; i++) {
      biases[i] = bias(Math.scalb((double) bias.values()[i], in.fraction() + format.fraction()));
    }
    int shift = in.fraction() + format.fraction() - out.fraction();
    return new QuantizedWeights(
        CodeTensor.wrap(weight.shape(), codes),
        format,
        CodeTensor.vector(biases),
        new ShiftRequantization(shift, target.bits(), target.rounding(), target.overflow()));
  }

  /**
   * A bias at the accumulator's scale; one beyond 30 bits belongs to a channel no input can move.
   */
  private static int bias(double real) {
    return (int) Math.clamp(Rounding.HALF_AWAY.round(real), -(1 << 30), 1 << 30);
  }
}
