package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.KMeans;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.CodeBook;
import org.bitloom.fixedpoint.format.LogFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.layer.Parameter;

/** Codes of one layer's weights and what they mean. */
record QuantizedWeights(CodeTensor codes, WeightFormat format) {

  /**
   * Quantizes weights {@code [k]...}.
   *
   * @param fixedPointBits N of a dynamic fixed point layer, 0 for affine int8
   */
  static QuantizedWeights of(
      Parameter weight, WeightChoice choice, int fixedPointBits, Calibration rule) {
    return switch (choice) {
      case WeightChoice.Linear l when fixedPointBits > 0 ->
          fixedPoint(weight, l.bits() > 0 ? l.bits() : fixedPointBits, rule);
      case WeightChoice.Linear l -> symmetric(weight, l.bits() > 0 ? l.bits() : 8, rule);
      case WeightChoice.Logarithmic l -> logarithmic(weight, l.bits());
      case WeightChoice.Shared s -> shared(weight, s, fixedPointBits, rule);
    };
  }

  private static QuantizedWeights symmetric(Parameter weight, int bits, Calibration rule) {
    int k = weight.shape().dim(0);
    int depth = weight.values().length / k;
    int[] codes = new int[weight.values().length];
    List<Float> scales = new ArrayList<>();
    for (int channel = 0; channel < k; channel++) {
      Statistics s = new Statistics();
      s.add(weight.values(), channel * depth, (channel + 1) * depth);
      float scale = rule.symmetricScale(s, bits);
      scales.add(scale);
      for (int i = channel * depth; i < (channel + 1) * depth; i++) {
        codes[i] = symmetricCode(weight.values()[i], scale, bits);
      }
    }
    return new QuantizedWeights(
        CodeTensor.wrap(weight.shape(), codes), new ChannelScales(bits, scales));
  }

  private static int symmetricCode(double real, double scale, int bits) {
    int top = (1 << (bits - 1)) - 1;
    return Math.clamp(Math.round(Rounding.HALF_AWAY.round(real / scale)), -top, top);
  }

  private static QuantizedWeights fixedPoint(Parameter weight, int bits, Calibration rule) {
    QFormat format = rule.fixedPoint(Statistics.of(weight.values()), bits);
    int[] codes = new int[weight.values().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = format.toCode(weight.values()[i], Rounding.HALF_AWAY);
    }
    return new QuantizedWeights(CodeTensor.wrap(weight.shape(), codes), format);
  }

  private static QuantizedWeights logarithmic(Parameter weight, int bits) {
    LogFormat format = LogFormat.covering(bits, Statistics.of(weight.values()).maxAbs());
    int[] codes = new int[weight.values().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = format.toCode(weight.values()[i]);
    }
    return new QuantizedWeights(CodeTensor.wrap(weight.shape(), codes), format);
  }

  /** Centroids become codes of int8 (one scale) or of dynamic fixed point. */
  private static QuantizedWeights shared(
      Parameter weight, WeightChoice.Shared choice, int fixedPointBits, Calibration rule) {
    double[] c = KMeans.centroids(weight.values(), 1 << choice.bits(), choice.start(), 1);
    Statistics s = Statistics.of(weight.values());
    WeightFormat entry;
    int[] entries;
    if (fixedPointBits > 0) {
      QFormat q = rule.fixedPoint(s, fixedPointBits);
      entry = q;
      entries = Arrays.stream(c).mapToInt(x -> q.toCode(x, Rounding.HALF_AWAY)).toArray();
    } else {
      float scale = rule.symmetricScale(s, 8);
      entry = new ChannelScales(8, List.of(scale));
      entries = Arrays.stream(c).mapToInt(x -> symmetricCode(x, scale, 8)).toArray();
    }
    int[] codes = new int[weight.values().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = KMeans.nearest(c, weight.values()[i]);
    }
    CodeBook book = new CodeBook(choice.bits(), Arrays.stream(entries).boxed().toList(), entry);
    return new QuantizedWeights(CodeTensor.wrap(weight.shape(), codes), book);
  }

  /**
   * Biases at the accumulator's scale; one beyond 30 bits belongs to a channel no input can move.
   */
  CodeTensor bias(Parameter bias, double inputStep) {
    int[] b = new int[bias.values().length];
    for (int k = 0; k < b.length; k++) {
      double real = bias.values()[k] / (inputStep * format.scale(k));
      b[k] = (int) Math.clamp(Rounding.HALF_AWAY.round(real), -(1 << 30), 1 << 30);
    }
    return CodeTensor.vector(b);
  }
}
