package org.bitloom.codegen.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Small random networks over all operations, formats, shapes and paddings, and inputs of random
 * sparsity. The same seed gives the same network.
 */
public final class RandomNetwork {
  private final SplittableRandom random;
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final boolean affine;
  private final RoundingPolicy policy;
  private final int bits;

  private RandomNetwork(SplittableRandom random) {
    this.random = random;
    this.affine = random.nextBoolean();
    this.policy = pick(RoundingPolicy.values());
    this.bits = affine ? 8 : random.nextInt(2, 17);
  }

  /**
   * A network from a seed. Drafts whose accumulators could overflow are dropped for the next one.
   */
  public static QuantizedNetwork of(long seed) {
    SplittableRandom drafts = new SplittableRandom(seed);
    while (true) {
      try {
        return new RandomNetwork(drafts.split()).build("random-" + seed);
      } catch (IllegalArgumentException e) {
        if (!e.getMessage().contains("accumulator of")) {
          throw e;
        }
      }
    }
  }

  /** Codes for a network's input, a random share of them zero, sometimes all or none. */
  public static CodeTensor input(QuantizedNetwork network, SplittableRandom random) {
    TensorSpec spec = network.inputSpec();
    ActivationFormat f = spec.format();
    double zeros = random.nextInt(5) == 0 ? random.nextInt(2) : random.nextDouble();
    int[] codes = new int[spec.shape().size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = random.nextDouble() < zeros ? f.zeroCode() : code(random, f);
    }
    return CodeTensor.wrap(spec.shape(), codes);
  }

  private static int code(SplittableRandom random, ActivationFormat f) {
    return switch (random.nextInt(12)) {
      case 0 -> f.minCode();
      case 1 -> f.maxCode();
      default -> random.nextInt(f.minCode(), f.maxCode() + 1);
    };
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private QuantizedNetwork build(String name) {
    Shape in = Shape.of(random.nextInt(1, 15), random.nextInt(1, 15), random.nextInt(1, 12));
    tensors.add(new TensorSpec("input", in, format()));
    int layers = random.nextInt(1, 6);
    for (int i = 0; i < layers; i++) {
      layer(i);
    }
    if (random.nextInt(3) > 0 || operations.isEmpty()) {
      dense(layers);
    }
    return new QuantizedNetwork(name, tensors, 0, tensors.size() - 1, operations);
  }

  private ActivationFormat format() {
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

  private int last() {
    return tensors.size() - 1;
  }

  private void layer(int i) {
    Shape s = tensors.get(last()).shape();
    switch (random.nextInt(6)) {
      case 0 -> pool("pool" + i, s);
      case 1 -> relu("relu" + i);
      case 2 -> conv("depthwise" + i, s, s.channels());
      default -> conv("conv" + i, s, 1);
    }
  }

  private int add(String name, Shape shape, ActivationFormat format) {
    tensors.add(new TensorSpec(name, shape, format));
    return last();
  }

  private void relu(String name) {
    int in = last();
    ActivationFormat f = tensors.get(in).format();
    int out = add(name, tensors.get(in).shape(), f);
    operations.add(new Relu(name, in, out, Clamp.relu(f)));
  }

  private void pool(String name, Shape s) {
    int h = random.nextInt(1, Math.min(s.height(), 4) + 1);
    int w = random.nextInt(1, Math.min(s.width(), 4) + 1);
    Window window = Window.valid(h, w, h, w);
    int in = last();
    ActivationFormat f = tensors.get(in).format();
    int out =
        add(
            name,
            Shape.of(window.outHeight(s.height()), window.outWidth(s.width()), s.channels()),
            f);
    operations.add(
        random.nextBoolean()
            ? new MaxPool2d(name, in, out, window, Clamp.full(f))
            : new AveragePool2d(
                name,
                in,
                out,
                window,
                affine ? Rounding.HALF_AWAY : pick(Rounding.values()),
                Clamp.full(f)));
  }

  private void conv(String name, Shape s, int groups) {
    Window w = window(s);
    int k = groups > 1 ? groups * random.nextInt(1, 3) : random.nextInt(1, 24);
    int depth = s.channels() / groups;
    int in = last();
    ActivationFormat fin = tensors.get(in).format();
    ActivationFormat fout = format();
    int out = add(name, Shape.of(w.outHeight(s.height()), w.outWidth(s.width()), k), fout);
    CodeTensor weights = weights(Shape.of(k, w.height(), w.width(), depth));
    WeightFormat wf = weightFormat(k, w.taps() * depth, fin, fout);
    operations.add(
        new Conv2d(
            name,
            in,
            out,
            w,
            groups,
            weights,
            wf,
            bias(k),
            requantization(fin, wf, fout, false),
            clamp(fout)));
  }

  private Window window(Shape s) {
    for (int i = 0; i < 20; i++) {
      Window w =
          new Window(
              random.nextInt(1, 6),
              random.nextInt(1, 6),
              random.nextInt(1, 4),
              random.nextInt(1, 4),
              random.nextInt(6) == 0 ? 2 : 1,
              random.nextInt(6) == 0 ? 2 : 1,
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4));
      if (w.outHeight(s.height()) >= 1 && w.outWidth(s.width()) >= 1) {
        return w;
      }
    }
    return Window.valid(1, 1, 1, 1);
  }

  private void dense(int i) {
    int in = last();
    ActivationFormat fin = tensors.get(in).format();
    int n = tensors.get(in).shape().size();
    if (random.nextBoolean()) {
      int flat = add("flat" + i, Shape.of(1, 1, n), fin);
      operations.add(new Flatten("flat" + i, in, flat));
      in = flat;
    }
    int k = random.nextInt(1, 20);
    ActivationFormat fout = format();
    int out = add("dense" + i, Shape.of(1, 1, k), fout);
    WeightFormat wf = weightFormat(k, n, fin, fout);
    operations.add(
        new Dense(
            "dense" + i,
            in,
            out,
            weights(Shape.of(k, n)),
            wf,
            bias(k),
            requantization(fin, wf, fout, true),
            clamp(fout)));
  }

  private int weightLimit() {
    return affine ? 127 : (1 << (bits - 1)) - 1;
  }

  private CodeTensor weights(Shape shape) {
    int limit = weightLimit();
    double zeros = random.nextInt(3) == 0 ? random.nextDouble() : 0;
    int[] w = new int[shape.size()];
    for (int i = 0; i < w.length; i++) {
      w[i] = random.nextDouble() < zeros ? 0 : random.nextInt(-limit - (affine ? 0 : 1), limit + 1);
    }
    return CodeTensor.wrap(shape, w);
  }

  private CodeTensor bias(int k) {
    int limit = 1 << Math.min(14, 2 * bits);
    return CodeTensor.wrap(
        Shape.of(k), IntStream.range(0, k).map(i -> random.nextInt(-limit, limit)).toArray());
  }

  /** Scales such that outputs spread over the code range, with some far off. */
  private WeightFormat weightFormat(int k, int depth, ActivationFormat in, ActivationFormat out) {
    if (!affine) {
      return new QFormat(bits, random.nextInt(0, bits + 4));
    }
    double typical =
        1.0
            / (60.0 * Math.sqrt(depth))
            * ((AffineFormat) out).scale()
            / ((AffineFormat) in).scale();
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

  private Requantization requantization(
      ActivationFormat in, WeightFormat w, ActivationFormat out, boolean dense) {
    if (affine) {
      ChannelScales s = (ChannelScales) w;
      return MultiplierRequantization.of(
          policy, (AffineFormat) in, s, (AffineFormat) out, dense && s.scales() == 1);
    }
    int shift = ((QFormat) in).fraction() + ((QFormat) w).fraction() - ((QFormat) out).fraction();
    return new ShiftRequantization(
        Math.clamp(shift, -4, 40),
        bits,
        pick(Rounding.values()),
        random.nextInt(4) == 0 ? Overflow.WRAP : Overflow.SATURATE);
  }

  private Clamp clamp(ActivationFormat f) {
    return switch (random.nextInt(3)) {
      case 0 -> Clamp.full(f);
      case 1 -> Clamp.relu6(f);
      default -> Clamp.relu(f);
    };
  }
}
