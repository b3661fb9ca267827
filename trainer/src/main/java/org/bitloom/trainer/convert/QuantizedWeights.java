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
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Transforms;
import org.bitloom.trainer.layer.Values;

/** Codes of one layer's weights and what they mean. */
record QuantizedWeights(CodeTensor codes, WeightFormat format) {

  /**
   * Quantizes the effective weights {@code [k]...} of a layer.
   *
   * @param held format of linear dynamic fixed point weights, or null to choose it by the rule
   */
  static QuantizedWeights of(
      Values values,
      Parameter weight,
      String layer,
      TargetFormat target,
      Calibration rule,
      QFormat held) {
    float[] w = values.of(weight);
    Shape shape = weight.shape();
    int fixedPointBits = target instanceof TargetFormat.FixedPoint f ? f.bits(layer) : 0;
    return switch (target.weights()) {
      case WeightChoice.Linear l when fixedPointBits > 0 ->
          fixedPoint(
              w, shape, held != null ? held : format(w, linearBits(l, fixedPointBits), rule));
      case WeightChoice.Linear l -> symmetric(w, shape, linearBits(l, 8), rule);
      case WeightChoice.Logarithmic l -> logarithmic(w, shape, l.bits());
      case WeightChoice.Shared s -> shared(w, weight, s, fixedPointBits, rule);
    };
  }

  /** Width of linear weights. */
  static int linearBits(WeightChoice.Linear l, int otherwise) {
    return l.bits() > 0 ? l.bits() : otherwise;
  }

  /** The dynamic fixed point format that a rule chooses for weights. */
  static QFormat format(float[] w, int bits, Calibration rule) {
    return rule.fixedPoint(Statistics.of(w), bits);
  }

  private static QuantizedWeights symmetric(float[] w, Shape shape, int bits, Calibration rule) {
    int k = shape.dim(0);
    int depth = w.length / k;
    int[] codes = new int[w.length];
    List<Float> scales = new ArrayList<>();
    for (int channel = 0; channel < k; channel++) {
      float scale = scale(w, channel * depth, (channel + 1) * depth, bits, rule);
      scales.add(scale);
      for (int i = channel * depth; i < (channel + 1) * depth; i++) {
        codes[i] = symmetricCode(w[i], scale, bits);
      }
    }
    return new QuantizedWeights(CodeTensor.wrap(shape, codes), new ChannelScales(bits, scales));
  }

  private static float scale(float[] w, int from, int to, int bits, Calibration rule) {
    Statistics s = new Statistics();
    s.add(w, from, to);
    return rule.symmetricScale(s, bits);
  }

  private static int symmetricCode(double real, double scale, int bits) {
    int top = (1 << (bits - 1)) - 1;
    return Math.clamp(Math.round(Rounding.HALF_AWAY.round(real / scale)), -top, top);
  }

  private static QuantizedWeights fixedPoint(float[] w, Shape shape, QFormat format) {
    int[] codes = new int[w.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = format.toCode(w[i], Rounding.HALF_AWAY);
    }
    return new QuantizedWeights(CodeTensor.wrap(shape, codes), format);
  }

  private static QuantizedWeights logarithmic(float[] w, Shape shape, int bits) {
    double max = 0;
    for (float v : w) {
      max = Math.max(max, Math.abs(v));
    }
    LogFormat format = LogFormat.covering(bits, max);
    int[] codes = new int[w.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = format.toCode(w[i]);
    }
    return new QuantizedWeights(CodeTensor.wrap(shape, codes), format);
  }

  /** Centroids become codes of int8 (one scale) or of dynamic fixed point. */
  private static QuantizedWeights shared(
      float[] w,
      Parameter weight,
      WeightChoice.Shared choice,
      int fixedPointBits,
      Calibration rule) {
    Transforms.Clusters trained = clusters(weight, 1 << choice.bits());
    double[] c;
    int[] codes = new int[w.length];
    if (trained != null) {
      float[] own = trained.centroids().values();
      c = new double[1 << choice.bits()];
      Arrays.setAll(c, i -> i < own.length ? own[i] : 0);
      Arrays.setAll(codes, trained::assignment);
    } else {
      c = KMeans.centroids(w, 1 << choice.bits(), choice.start(), 1);
      Arrays.setAll(codes, i -> KMeans.nearest(c, w[i]));
    }
    WeightFormat entry;
    int[] entries;
    if (fixedPointBits > 0) {
      QFormat q = format(w, fixedPointBits, rule);
      entry = q;
      entries = Arrays.stream(c).mapToInt(x -> q.toCode(x, Rounding.HALF_AWAY)).toArray();
    } else {
      float scale = scale(w, 0, w.length, 8, rule);
      entry = new ChannelScales(8, List.of(scale));
      entries = Arrays.stream(c).mapToInt(x -> symmetricCode(x, scale, 8)).toArray();
    }
    CodeBook book = new CodeBook(choice.bits(), Arrays.stream(entries).boxed().toList(), entry);
    return new QuantizedWeights(CodeTensor.wrap(weight.shape(), codes), book);
  }

  /** The trained clusters behind a weight's last transform, if they fit the code book. */
  private static Transforms.Clusters clusters(Parameter weight, int most) {
    return !weight.transforms().isEmpty()
            && weight.transforms().getLast() instanceof Transforms.Clusters c
            && c.centroids().values().length <= most
        ? c
        : null;
  }

  /**
   * Biases at the accumulator's scale; one beyond 30 bits belongs to a channel no input can move.
   */
  CodeTensor bias(float[] bias, double inputStep) {
    int[] b = new int[bias.length];
    for (int k = 0; k < b.length; k++) {
      double real = bias[k] / (inputStep * format.scale(k));
      b[k] = (int) Math.clamp(Rounding.HALF_AWAY.round(real), -(1 << 30), 1 << 30);
    }
    return CodeTensor.vector(b);
  }
}
