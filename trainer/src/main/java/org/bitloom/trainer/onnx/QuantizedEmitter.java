package org.bitloom.trainer.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.Overflow;
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
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.fixedpoint.tflite.Tables;
import org.bitloom.trainer.layer.Activation;

/** Builds the operations that an imported quantized model consists of. */
final class QuantizedEmitter {
  /** The format of a softmax whose file gives none. */
  static final ActivationFormat SOFTMAX = new AffineFormat(8, 1f / 256, -128);

  private static final Rounding FIXED_ROUNDING = Rounding.HALF_EVEN;

  private final RoundingPolicy policy;
  private final boolean fixedPoint;
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /**
   * Integers of weights in the file's order.
   *
   * @param integers codes less their zero points
   * @param dims extents
   * @param scales one, or one for each index along the axis
   * @param axis of several scales, -1 for one
   */
  record Weights(int[] integers, long[] dims, float[] scales, int axis) {}

  QuantizedEmitter(RoundingPolicy policy, boolean fixedPoint) {
    this.policy = policy;
    this.fixedPoint = fixedPoint;
  }

  ActivationFormat format(float scale, int zero, int bits) {
    if (!(scale > 0) || Float.isInfinite(scale)) {
      throw new IllegalArgumentException("has the scale " + scale);
    }
    if (fixedPoint) {
      return new QFormat(bits, -Math.getExponent(scale));
    }
    if (bits != 8) {
      throw new IllegalArgumentException(
          "has affine codes of " + bits + " bits, only 8 are supported");
    }
    return new AffineFormat(8, scale, zero);
  }

  void input(Shape s, ActivationFormat f) {
    tensors.add(new TensorSpec("input", s, f));
    names.add("input");
  }

  Shape shape(int tensor) {
    return tensors.get(tensor).shape();
  }

  ActivationFormat format(int tensor) {
    return tensors.get(tensor).format();
  }

  QuantizedNetwork build(String name, int output) {
    return new QuantizedNetwork(name, tensors, 0, output, operations);
  }

  private String unique(String name) {
    String n = name;
    for (int i = 2; !names.add(n); i++) {
      n = name + "_" + i;
    }
    return n;
  }

  private int tensor(String name, Shape s, ActivationFormat f) {
    tensors.add(new TensorSpec(name, s, f));
    return tensors.size() - 1;
  }

  private int done(Operation op) {
    operations.add(op);
    return op.output();
  }

  /** Codes between two reals. */
  private static Clamp clamp(ActivationFormat f, double lo, double hi) {
    int from = Double.isInfinite(lo) ? f.minCode() : f.toCode(lo, Rounding.HALF_EVEN);
    int to = Double.isInfinite(hi) ? f.maxCode() : f.toCode(hi, Rounding.HALF_EVEN);
    return new Clamp(from, Math.max(from, to));
  }

  private WeightFormat weightFormat(int[] k, float[] scales) {
    int bits = 8;
    for (int v : k) {
      while (Math.abs(v) >= 1 << (bits - 1)) {
        bits++;
      }
    }
    if (fixedPoint) {
      float s = scales[0];
      for (float other : scales) {
        if (other != s || Math.scalb(1f, Math.getExponent(s)) != s) {
          throw new IllegalArgumentException("has weight scales that are not one power of two");
        }
      }
      return new QFormat(bits, -Math.getExponent(s));
    }
    List<Float> all = new ArrayList<>();
    for (float s : scales) {
      all.add(s);
    }
    return new ChannelScales(bits, all);
  }

  private static CodeTensor bias(double[] bias, int k, double inputStep, WeightFormat w) {
    int[] b = new int[k];
    if (bias != null && bias.length != k) {
      throw new IllegalArgumentException("has " + bias.length + " biases for " + k + " outputs");
    }
    for (int i = 0; bias != null && i < k; i++) {
      double real = bias[i] / (inputStep * w.scale(w.scales() == 1 ? 0 : i));
      b[i] = (int) Math.clamp(Rounding.HALF_EVEN.round(real), -(1 << 30), 1 << 30);
    }
    return CodeTensor.vector(b);
  }

  int conv(
      String name,
      int in,
      Window window,
      int groups,
      Weights w,
      double[] bias,
      ActivationFormat f,
      double lo,
      double hi) {
    if (w.dims().length != 4 || w.axis() > 0) {
      throw new IllegalArgumentException("has weights of " + Arrays.toString(w.dims()));
    }
    int k = Math.toIntExact(w.dims()[0]);
    int c = Math.toIntExact(w.dims()[1]);
    Shape s = shape(in);
    if (groups < 1 || (long) c * groups != s.channels() || k % groups != 0) {
      throw new IllegalArgumentException(
          "has weights of " + Arrays.toString(w.dims()) + " for " + s);
    }
    int h = window.outHeight(s.height());
    int wd = window.outWidth(s.width());
    if (h < 1 || wd < 1) {
      throw new IllegalArgumentException("has a kernel that does not fit " + s);
    }
    float[] asFloat = new float[w.integers().length];
    for (int i = 0; i < asFloat.length; i++) {
      asFloat[i] = w.integers()[i];
    }
    float[] ordered = OnnxWriter.channelFirst(asFloat, k, c, window.taps());
    int[] codes = new int[ordered.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) ordered[i];
    }
    WeightFormat wf = weightFormat(codes, w.scales());
    String n = unique(name);
    int out = tensor(n, Shape.of(h, wd, k), f);
    return done(
        new Conv2d(
            n,
            in,
            out,
            window,
            groups,
            CodeTensor.wrap(Shape.of(k, window.height(), window.width(), c), codes),
            wf,
            bias(bias, k, format(in).step(), wf),
            requantization(format(in), wf, f),
            clamp(f, lo, hi)));
  }

  int dense(
      String name,
      int in,
      Order order,
      Weights w,
      boolean transposed,
      double[] bias,
      ActivationFormat f,
      double lo,
      double hi) {
    int n = shape(in).size();
    int outputs = transposed ? 0 : 1;
    if (w.dims().length != 2
        || w.dims()[1 - outputs] != n
        || w.axis() >= 0 && w.axis() != outputs) {
      throw new IllegalArgumentException(
          "has weights of " + Arrays.toString(w.dims()) + " for " + n + " inputs");
    }
    int k = Math.toIntExact(w.dims()[outputs]);
    float[] rows = new float[k * n];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = w.integers()[transposed ? i : i % n * k + i / n];
    }
    float[] ordered = order.fromOnnx(rows, k);
    int[] codes = new int[ordered.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) ordered[i];
    }
    WeightFormat wf = weightFormat(codes, w.scales());
    String unique = unique(name);
    int out = tensor(unique, Shape.of(1, 1, k), f);
    return done(
        new Dense(
            unique,
            in,
            out,
            CodeTensor.wrap(Shape.of(k, n), codes),
            wf,
            bias(bias, k, format(in).step(), wf),
            requantization(format(in), wf, f),
            clamp(f, lo, hi)));
  }

  private Requantization requantization(ActivationFormat in, WeightFormat w, ActivationFormat out) {
    if (fixedPoint) {
      return shift(((QFormat) in).fraction() - Math.getExponent(w.scale(0)), (QFormat) out);
    }
    return MultiplierRequantization.of(policy, (AffineFormat) in, w, (AffineFormat) out, false);
  }

  private static Requantization shift(int fraction, QFormat out) {
    return new ShiftRequantization(
        fraction - out.fraction(), out.bits(), FIXED_ROUNDING, Overflow.SATURATE);
  }

  /** Multiplication by a ratio of scales. */
  private Requantization ratio(double m, int fraction, ActivationFormat out) {
    return fixedPoint
        ? shift(fraction, (QFormat) out)
        : new MultiplierRequantization(policy, List.of(QuantizedMultiplier.of(m)));
  }

  private int fraction(int tensor) {
    return fixedPoint ? ((QFormat) format(tensor)).fraction() : 0;
  }

  int requantize(String name, int in, ActivationFormat f) {
    String n = unique(name);
    int out = tensor(n, shape(in), f);
    Requantization r = ratio(format(in).step() / f.step(), fraction(in), f);
    return done(new Requantize(n, in, out, r, Clamp.full(f)));
  }

  int clamp(String name, int in, double lo, double hi) {
    String n = unique(name);
    int out = tensor(n, shape(in), format(in));
    return done(new Relu(n, in, out, clamp(format(in), lo, hi)));
  }

  int maxPool(String name, int in, Window w) {
    String n = unique(name);
    int out = tensor(n, pooled(in, w), format(in));
    return done(new MaxPool2d(n, in, out, w, Clamp.full(format(in))));
  }

  private Shape pooled(int in, Window w) {
    Shape s = shape(in);
    int h = w.outHeight(s.height());
    int wd = w.outWidth(s.width());
    if (h < 1 || wd < 1 || w.dilationX() != 1 || w.dilationY() != 1) {
      throw new IllegalArgumentException("has a window that does not fit " + s);
    }
    return Shape.of(h, wd, s.channels());
  }

  /** A mean in the input's format, or a depthwise convolution of ones where scales change. */
  int averagePool(String name, int in, Window w, ActivationFormat f, double lo, double hi) {
    if (f.equals(format(in))) {
      String n = unique(name);
      int out = tensor(n, pooled(in, w), f);
      Rounding r = fixedPoint ? FIXED_ROUNDING : Rounding.HALF_AWAY;
      return done(new AveragePool2d(n, in, out, w, r, clamp(f, lo, hi)));
    }
    boolean padded = w.padTop() + w.padLeft() + w.padBottom() + w.padRight() > 0;
    boolean power = Integer.bitCount(w.taps()) == 1;
    if (padded || fixedPoint && !power) {
      throw new IllegalArgumentException(
          "averages into another scale" + (padded ? " with padding" : ""));
    }
    int c = shape(in).channels();
    int[] ones = new int[c * w.taps()];
    Arrays.fill(ones, 1);
    long[] dims = {c, 1, w.height(), w.width()};
    Weights weights = new Weights(ones, dims, new float[] {1f / w.taps()}, -1);
    return conv(name, in, w, c, weights, null, f, lo, hi);
  }

  int add(
      String name,
      int left,
      int right,
      boolean subtract,
      ActivationFormat f,
      double lo,
      double hi) {
    same(left, right);
    Addition sum =
        fixedPoint
            ? Addition.FixedPoint.of(
                (QFormat) format(left),
                (QFormat) format(right),
                (QFormat) f,
                FIXED_ROUNDING,
                Overflow.SATURATE)
            : Addition.Affine.of(
                policy,
                (AffineFormat) format(left),
                (AffineFormat) format(right),
                (AffineFormat) f);
    String n = unique(name);
    int out = tensor(n, shape(left), f);
    return done(new Add(n, left, right, out, subtract, sum, clamp(f, lo, hi)));
  }

  private void same(int a, int b) {
    if (!shape(a).equals(shape(b))) {
      throw new IllegalArgumentException("joins " + shape(a) + " and " + shape(b));
    }
  }

  int multiply(String name, int left, int right, ActivationFormat f, double lo, double hi) {
    same(left, right);
    Requantization r =
        ratio(
            format(left).step() * format(right).step() / f.step(),
            fraction(left) + fraction(right),
            f);
    String n = unique(name);
    int out = tensor(n, shape(left), f);
    return done(new Multiply(n, left, right, out, r, clamp(f, lo, hi)));
  }

  int concatenate(String name, List<Integer> in, ActivationFormat f) {
    Shape s = shape(in.getFirst());
    int channels = 0;
    List<Requantization> rescale = new ArrayList<>();
    for (int t : in) {
      if (shape(t).height() != s.height() || shape(t).width() != s.width()) {
        throw new IllegalArgumentException("joins the channels of " + s + " and " + shape(t));
      }
      channels += shape(t).channels();
      rescale.add(ratio(format(t).step() / f.step(), fraction(t), f));
    }
    String n = unique(name);
    int out = tensor(n, Shape.of(s.height(), s.width(), channels), f);
    return done(new Concatenate(n, in, out, 2, rescale));
  }

  int pad(String name, int in, int top, int left, int bottom, int right) {
    Shape s = shape(in);
    String n = unique(name);
    Shape padded = Shape.of(s.height() + top + bottom, s.width() + left + right, s.channels());
    int out = tensor(n, padded, format(in));
    return done(new Pad(n, in, out, top, left, bottom, right));
  }

  int softmax(String name, int in, ActivationFormat f) {
    if (fixedPoint || !f.equals(SOFTMAX)) {
      throw new IllegalArgumentException(
          "has an output scale other than 1/256 with zero point -128");
    }
    String n = unique(name);
    int out = tensor(n, shape(in), f);
    return done(Softmax.of(n, in, out, policy, ((AffineFormat) format(in)).scale(), 1));
  }

  /** A function of each element, as a table. */
  int function(String name, NodeProto node, int in, ActivationFormat f) {
    Activation a =
        switch (node.getOpType()) {
          case "Sigmoid" -> new Activation.Sigmoid();
          case "Tanh" -> new Activation.Tanh();
          case "LeakyRelu" -> new Activation.LeakyRelu(OnnxFile.real(node, "alpha", 0.01f));
          case "HardSwish" -> new Activation.HardSwish();
          default -> null;
        };
    float slope = OnnxFile.real(node, "alpha", 0.2f);
    float offset = OnnxFile.real(node, "beta", 0.5f);
    DoubleUnaryOperator hard = x -> Math.clamp(slope * x + offset, 0, 1);
    String n = unique(name);
    int out = tensor(n, shape(in), f);
    CodeTensor table = Tables.real(format(in), f, a == null ? hard : a::value);
    return done(new Lookup(n, a == null ? "hard_sigmoid" : a.word(), in, out, table));
  }
}
