package org.bitloom.codegen.fuzz;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.CodeBook;
import org.bitloom.fixedpoint.format.LogFormat;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Random formats of one number family, weights in them, and what takes one to another. */
final class RandomFormats {
  /** How weights are stored. */
  private enum Weights {
    INTEGERS,
    POWERS,
    BOOK
  }

  private final SplittableRandom random;
  final boolean affine;
  final RoundingPolicy policy;
  final int bits;
  private final Weights weights;

  RandomFormats(SplittableRandom random) {
    this.random = random;
    this.affine = random.nextBoolean();
    this.policy = pick(RoundingPolicy.values());
    this.bits = affine ? 8 : random.nextInt(2, 17);
    this.weights =
        switch (random.nextInt(6)) {
          case 0 -> Weights.POWERS;
          case 1 -> Weights.BOOK;
          default -> Weights.INTEGERS;
        };
  }

  <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  ActivationFormat activation() {
    if (!affine) {
      return new QFormat(bits, random.nextInt(-2, bits + 2));
    }
    int zero =
        switch (random.nextInt(4)) {
          case 0 -> -128;
          case 1 -> 127;
          default -> random.nextInt(-128, 128);
        };
    return new AffineFormat(8, (float) Math.exp(random.nextDouble(-6, 0)), zero);
  }

  Rounding poolRounding() {
    return affine ? Rounding.HALF_AWAY : pick(Rounding.values());
  }

  Clamp clamp(ActivationFormat f) {
    return switch (random.nextInt(3)) {
      case 0 -> Clamp.full(f);
      case 1 -> Clamp.relu6(f);
      default -> Clamp.relu(f);
    };
  }

  // ---- weights
  // -------------------------------------------------------------------------------------

  /** Scales such that outputs spread over the code range, with some far off. */
  WeightFormat weight(int k, int depth, ActivationFormat in, ActivationFormat out) {
    double typical = 1.0 / (60.0 * Math.sqrt(depth)) * out.step() / in.step();
    return switch (weights) {
      case INTEGERS -> integers(k, typical);
      case POWERS ->
          new LogFormat(random.nextInt(2, 5), affine ? power(typical) : random.nextInt(-bits, 2));
      case BOOK -> book(typical);
    };
  }

  private static int power(double x) {
    return (int) Math.clamp(Math.round(Math.log(x) / Math.log(2)), -40L, 20L);
  }

  private WeightFormat integers(int k, double typical) {
    if (!affine) {
      return new QFormat(bits, random.nextInt(0, bits + 4));
    }
    boolean perTensor = random.nextInt(3) == 0;
    return new ChannelScales(
        8,
        IntStream.range(0, perTensor ? 1 : k)
            .mapToObj(
                i ->
                    (float)
                        (typical
                            * Math.exp(random.nextDouble(-2, 2))
                            * (random.nextInt(20) == 0 ? 1e-9 : 1)))
            .toList());
  }

  private WeightFormat book(double typical) {
    int index = random.nextInt(1, 5);
    WeightFormat of =
        affine
            ? new ChannelScales(8, List.of((float) typical))
            : new QFormat(bits, random.nextInt(0, bits + 4));
    int limit = weightLimit();
    List<Integer> entries =
        IntStream.range(0, random.nextInt(1, (1 << index) + 1))
            .mapToObj(i -> random.nextInt(-limit, limit + 1))
            .toList();
    return new CodeBook(index, entries, of);
  }

  private int weightLimit() {
    return affine ? 127 : (1 << (bits - 1)) - 1;
  }

  CodeTensor codes(Shape shape, WeightFormat format) {
    double zeros = random.nextInt(3) == 0 ? random.nextDouble() : 0;
    int[] w = new int[shape.size()];
    for (int i = 0; i < w.length; i++) {
      w[i] =
          switch (format) {
            case LogFormat l -> {
              int last = (1 << (l.bits() - 1)) - 1;
              yield random.nextDouble() < zeros ? 0 : random.nextInt(-last, last + 1);
            }
            case CodeBook b -> random.nextInt(b.entries().size());
            default -> {
              int limit = weightLimit();
              yield random.nextDouble() < zeros
                  ? 0
                  : random.nextInt(-limit - (affine ? 0 : 1), limit + 1);
            }
          };
    }
    return CodeTensor.wrap(shape, w);
  }

  CodeTensor bias(int k) {
    int limit = 1 << Math.min(14, 2 * bits);
    return CodeTensor.wrap(
        Shape.of(k), IntStream.range(0, k).map(i -> random.nextInt(-limit, limit)).toArray());
  }

  // ---- from one format to another
  // ------------------------------------------------------------------

  Requantization requantization(
      ActivationFormat in, WeightFormat w, ActivationFormat out, boolean dense) {
    if (affine) {
      return MultiplierRequantization.of(
          policy, (AffineFormat) in, w, (AffineFormat) out, dense && w.scales() == 1);
    }
    int fraction =
        switch (w) {
          case QFormat q -> q.fraction();
          case CodeBook b -> ((QFormat) b.of()).fraction();
          case LogFormat l -> -l.smallest();
          case ChannelScales s -> throw new IllegalStateException();
        };
    return shift(((QFormat) in).fraction() + fraction - ((QFormat) out).fraction());
  }

  /** What takes codes of one format to another. */
  Requantization rescale(ActivationFormat in, ActivationFormat out) {
    return affine
        ? new MultiplierRequantization(
            policy, List.of(QuantizedMultiplier.of(in.step() / out.step())))
        : shift(((QFormat) in).fraction() - ((QFormat) out).fraction());
  }

  private ShiftRequantization shift(int shift) {
    return new ShiftRequantization(
        Math.clamp(shift, -4, 40), bits, pick(Rounding.values()), overflow());
  }

  private Overflow overflow() {
    return random.nextInt(4) == 0 ? Overflow.WRAP : Overflow.SATURATE;
  }

  Addition addition(ActivationFormat a, ActivationFormat b, ActivationFormat out) {
    if (affine) {
      return Addition.Affine.of(policy, (AffineFormat) a, (AffineFormat) b, (AffineFormat) out);
    }
    QFormat l = (QFormat) a;
    QFormat r = (QFormat) b;
    int f = Math.max(l.fraction(), r.fraction());
    return new Addition.FixedPoint(
        f - l.fraction(), f - r.fraction(), shift(f - ((QFormat) out).fraction()));
  }
}
