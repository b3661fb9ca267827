package org.bitloom.codegen.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Small random networks over all operations, formats, shapes and paddings, and inputs of random
 * sparsity. The same seed gives the same network.
 */
public final class RandomNetwork {
  private final SplittableRandom random;
  private final RandomFormats numbers;
  private final boolean affine;
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();

  private RandomNetwork(SplittableRandom random) {
    this.random = random;
    this.numbers = new RandomFormats(random.split());
    this.affine = numbers.affine;
  }

  /**
   * A network from a seed. Drafts whose accumulators could overflow are dropped for the next one.
   */
  public static QuantizedNetwork of(long seed) {
    return of(seed, 6);
  }

  /** The same with fewer than {@code layers} operations before the last. */
  public static QuantizedNetwork of(long seed, int layers) {
    SplittableRandom drafts = new SplittableRandom(seed);
    while (true) {
      try {
        return new RandomNetwork(drafts.split()).build("random-" + seed, layers);
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

  private QuantizedNetwork build(String name, int most) {
    Shape in = Shape.of(random.nextInt(1, 15), random.nextInt(1, 15), random.nextInt(1, 12));
    tensors.add(new TensorSpec("input", in, format()));
    int layers = random.nextInt(1, most);
    for (int i = 0; i < layers; i++) {
      layer(i);
    }
    if (random.nextInt(3) > 0 || operations.isEmpty()) {
      dense(layers);
    }
    return new QuantizedNetwork(name, tensors, 0, tensors.size() - 1, operations);
  }

  private ActivationFormat format() {
    return numbers.activation();
  }

  private ActivationFormat format(int tensor) {
    return tensors.get(tensor).format();
  }

  private Shape shape(int tensor) {
    return tensors.get(tensor).shape();
  }

  private int last() {
    return tensors.size() - 1;
  }

  private void layer(int i) {
    Shape s = shape(last());
    switch (random.nextInt(14)) {
      case 0 -> pool("pool" + i, s);
      case 1 -> relu("relu" + i);
      case 2, 3 -> conv("depthwise" + i, s, s.channels(), 1);
      case 4 -> conv("multiplied" + i, s, s.channels(), 2);
      case 5, 6 -> residual(i);
      case 7 -> concatenate(i);
      case 8 -> table(i);
      case 9 -> other(i, s);
      default -> conv("conv" + i, s, 1, random.nextInt(1, 24));
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
    ActivationFormat f = format(in);
    int out =
        add(
            name,
            Shape.of(window.outHeight(s.height()), window.outWidth(s.width()), s.channels()),
            f);
    operations.add(
        random.nextBoolean()
            ? new MaxPool2d(name, in, out, window, Clamp.full(f))
            : new AveragePool2d(name, in, out, window, numbers.poolRounding(), Clamp.full(f)));
  }

  /** A sum with any earlier map of the same shape, or around a convolution of its own. */
  private void residual(int i) {
    int from = last();
    List<Integer> others =
        IntStream.rangeClosed(0, from).filter(t -> shape(t).equals(shape(from))).boxed().toList();
    if (random.nextBoolean()) {
      Shape s = shape(from);
      conv("branch" + i, s, Window.same(3, 3, 1, 1, 1, 1, s.height(), s.width()), 1, s.channels());
    }
    int a = last();
    int b = others.get(random.nextInt(others.size()));
    boolean swap = random.nextBoolean();
    int left = swap ? b : a;
    int right = swap ? a : b;
    ActivationFormat f = format();
    int out = add("sum" + i, shape(a), f);
    operations.add(
        new Add(
            "sum" + i,
            left,
            right,
            out,
            random.nextInt(4) == 0,
            numbers.addition(format(left), format(right), f),
            numbers.clamp(f)));
  }

  private void concatenate(int i) {
    int from = last();
    Shape s = shape(from);
    List<Integer> others =
        IntStream.rangeClosed(0, from)
            .filter(t -> shape(t).height() == s.height() && shape(t).width() == s.width())
            .boxed()
            .toList();
    List<Integer> inputs = new ArrayList<>();
    int channels = 0;
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      inputs.add(n == 1 ? from : others.get(random.nextInt(others.size())));
      channels += shape(inputs.getLast()).channels();
    }
    ActivationFormat f = random.nextBoolean() ? format(from) : format();
    int out = add("joined" + i, Shape.of(s.height(), s.width(), channels), f);
    operations.add(
        new Concatenate(
            "joined" + i,
            inputs,
            out,
            2,
            inputs.stream().map(t -> numbers.rescale(format(t), f)).toList()));
  }

  private void table(int i) {
    int in = last();
    ActivationFormat from = format(in);
    ActivationFormat f = format();
    if (numbers.bits > 10) {
      relu("relu" + i);
    } else if (random.nextInt(3) == 0) {
      int out = add("trim" + i, shape(in), from);
      operations.add(new Trim("trim" + i, in, out, random.nextInt(1, 1 << (from.bits() - 1))));
    } else {
      int[] codes = new int[1 << from.bits()];
      for (int c = 0; c < codes.length; c++) {
        codes[c] = code(random, f);
      }
      int out = add("table" + i, shape(in), f);
      operations.add(new Lookup("table" + i, "any", in, out, CodeTensor.vector(codes)));
    }
  }

  private void other(int i, Shape s) {
    int in = last();
    switch (random.nextInt(3)) {
      case 0 -> {
        int[] p = random.ints(4, 0, 3).toArray();
        Shape padded = Shape.of(s.height() + p[0] + p[2], s.width() + p[1] + p[3], s.channels());
        int out = add("pad" + i, padded, format(in));
        operations.add(new Pad("pad" + i, in, out, p[0], p[1], p[2], p[3]));
      }
      case 1 -> {
        ActivationFormat f = format();
        int out = add("requantize" + i, s, f);
        operations.add(
            new Requantize(
                "requantize" + i, in, out, numbers.rescale(format(in), f), numbers.clamp(f)));
      }
      default -> {
        if (!affine) {
          relu("relu" + i);
          return;
        }
        AffineFormat f = (AffineFormat) format();
        int n = s.height() * s.width();
        int out = add("mean" + i, Shape.of(1, 1, s.channels()), f);
        operations.add(
            new Mean(
                "mean" + i,
                in,
                out,
                numbers.policy,
                Mean.multiplier((AffineFormat) format(in), f, n),
                numbers.clamp(f)));
      }
    }
  }

  private void conv(String name, Shape s, int groups, int channels) {
    conv(name, s, window(s), groups, groups > 1 ? groups * channels : channels);
  }

  private void conv(String name, Shape s, Window w, int groups, int k) {
    int depth = s.channels() / groups;
    int in = last();
    ActivationFormat fin = format(in);
    ActivationFormat fout = format();
    int out = add(name, Shape.of(w.outHeight(s.height()), w.outWidth(s.width()), k), fout);
    WeightFormat wf = numbers.weight(k, w.taps() * depth, fin, fout);
    CodeTensor weights = numbers.codes(Shape.of(k, w.height(), w.width(), depth), wf);
    operations.add(
        new Conv2d(
            name,
            in,
            out,
            w,
            groups,
            weights,
            wf,
            numbers.bias(k),
            numbers.requantization(fin, wf, fout, false),
            numbers.clamp(fout)));
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
    ActivationFormat fin = format(in);
    int n = shape(in).size();
    if (random.nextBoolean()) {
      int flat = add("flat" + i, Shape.of(1, 1, n), fin);
      operations.add(new Flatten("flat" + i, in, flat));
      in = flat;
    }
    int k = random.nextInt(1, 20);
    ActivationFormat fout = format();
    int out = add("dense" + i, Shape.of(1, 1, k), fout);
    WeightFormat wf = numbers.weight(k, n, fin, fout);
    operations.add(
        new Dense(
            "dense" + i,
            in,
            out,
            numbers.codes(Shape.of(k, n), wf),
            wf,
            numbers.bias(k),
            numbers.requantization(fin, wf, fout, true),
            numbers.clamp(fout)));
  }
}
