package org.bitloom.fixedpoint.tflite;

import com.google.flatbuffers.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.Rounding;
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
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.tensorflow.lite.schema.ActivationFunctionType;
import org.tensorflow.lite.schema.AddOptions;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.ConcatenationOptions;
import org.tensorflow.lite.schema.Conv2DOptions;
import org.tensorflow.lite.schema.DepthwiseConv2DOptions;
import org.tensorflow.lite.schema.FullyConnectedOptions;
import org.tensorflow.lite.schema.LeakyReluOptions;
import org.tensorflow.lite.schema.MulOptions;
import org.tensorflow.lite.schema.Operator;
import org.tensorflow.lite.schema.Padding;
import org.tensorflow.lite.schema.Pool2DOptions;
import org.tensorflow.lite.schema.SoftmaxOptions;
import org.tensorflow.lite.schema.SubOptions;

/** One operator of the file after the other becomes an operation of the network. */
final class TfliteOperators {
  static final Set<Integer> SUPPORTED =
      Set.of(
          BuiltinOperator.CONV_2D,
          BuiltinOperator.DEPTHWISE_CONV_2D,
          BuiltinOperator.FULLY_CONNECTED,
          BuiltinOperator.ADD,
          BuiltinOperator.SUB,
          BuiltinOperator.MUL,
          BuiltinOperator.AVERAGE_POOL_2D,
          BuiltinOperator.MAX_POOL_2D,
          BuiltinOperator.MEAN,
          BuiltinOperator.PAD,
          BuiltinOperator.CONCATENATION,
          BuiltinOperator.RESHAPE,
          BuiltinOperator.QUANTIZE,
          BuiltinOperator.DEQUANTIZE,
          BuiltinOperator.RELU,
          BuiltinOperator.RELU6,
          BuiltinOperator.LEAKY_RELU,
          BuiltinOperator.HARD_SWISH,
          BuiltinOperator.LOGISTIC,
          BuiltinOperator.TANH,
          BuiltinOperator.SOFTMAX);

  private final TfliteTensors tensors;
  private final List<Operation> operations;
  private final RoundingPolicy policy;

  TfliteOperators(TfliteTensors tensors, List<Operation> operations, RoundingPolicy policy) {
    this.tensors = tensors;
    this.operations = operations;
    this.policy = policy;
  }

  void add(Operator op, int code, int number) {
    int out = op.outputs(0);
    if (op.inputsLength() < 1 || op.outputsLength() != 1) {
      throw new IllegalArgumentException(
          "operator "
              + number
              + " has "
              + op.inputsLength()
              + " inputs and "
              + op.outputsLength()
              + " outputs");
    }
    operations.add(
        switch (code) {
          case BuiltinOperator.CONV_2D -> conv(op, out);
          case BuiltinOperator.DEPTHWISE_CONV_2D -> depthwise(op, out);
          case BuiltinOperator.FULLY_CONNECTED -> dense(op, out);
          case BuiltinOperator.ADD ->
              addition(op, out, false, options(op, new AddOptions()).fusedActivationFunction());
          case BuiltinOperator.SUB ->
              addition(op, out, true, options(op, new SubOptions()).fusedActivationFunction());
          case BuiltinOperator.MUL -> multiply(op, out);
          case BuiltinOperator.AVERAGE_POOL_2D, BuiltinOperator.MAX_POOL_2D ->
              pool(op, out, code == BuiltinOperator.MAX_POOL_2D);
          case BuiltinOperator.MEAN -> mean(op, out);
          case BuiltinOperator.PAD -> pad(op, out);
          case BuiltinOperator.CONCATENATION -> concatenation(op, out);
          case BuiltinOperator.RESHAPE ->
              new Flatten(tensors.name(out), in(op, 0), tensors.map(out));
          case BuiltinOperator.QUANTIZE -> requantize(op, out, Clamp.full(tensors.formatOf(out)));
          case BuiltinOperator.RELU -> relu(op, out, Clamp.relu(tensors.formatOf(out)));
          case BuiltinOperator.RELU6 -> relu(op, out, Clamp.relu6(tensors.formatOf(out)));
          case BuiltinOperator.SOFTMAX ->
              Softmax.of(
                  tensors.name(out),
                  in(op, 0),
                  tensors.map(out),
                  policy,
                  format(op, 0).scale(),
                  options(op, new SoftmaxOptions()).beta());
          case BuiltinOperator.DEQUANTIZE ->
              throw new IllegalArgumentException(
                  "operator " + number + " (DEQUANTIZE) is not at the model's end");
          default -> lookup(op, out, code);
        });
  }

  private static <T extends Table> T options(Operator op, T table) {
    if (op.builtinOptions(table) == null) {
      throw new IllegalArgumentException("an operator has no options");
    }
    return table;
  }

  private int in(Operator op, int i) {
    return tensors.mapOrConstant(op.inputs(i), operations);
  }

  private AffineFormat format(Operator op, int i) {
    return tensors.formatOf(op.inputs(i));
  }

  private Clamp clamp(int activation, AffineFormat f) {
    return switch (activation) {
      case ActivationFunctionType.NONE -> Clamp.full(f);
      case ActivationFunctionType.RELU -> Clamp.relu(f);
      case ActivationFunctionType.RELU6 -> Clamp.relu6(f);
      case ActivationFunctionType.RELU_N1_TO_1 ->
          new Clamp(
              (int) Math.max(-128, f.zeroPoint() + Rounding.HALF_AWAY.round(-1f / f.scale())),
              (int) Math.min(127, f.zeroPoint() + Rounding.HALF_AWAY.round(1f / f.scale())));
      default ->
          throw new IllegalArgumentException(
              "fused activation " + activation + " is not supported");
    };
  }

  private Window window(int padding, int h, int w, int sy, int sx, int dy, int dx, Shape map) {
    return padding == Padding.SAME
        ? Window.same(h, w, sy, sx, dy, dx, map.height(), map.width())
        : new Window(h, w, sy, sx, dy, dx, 0, 0, 0, 0);
  }

  private CodeTensor bias(Operator op, int channels) {
    if (op.inputsLength() < 3 || op.inputs(2) < 0) {
      return CodeTensor.vector(new int[channels]);
    }
    int[] b = tensors.int32(op.inputs(2));
    if (b.length != channels) {
      throw new IllegalArgumentException(b.length + " biases for " + channels + " channels");
    }
    return CodeTensor.vector(b);
  }

  private int[] weightDims(Operator op, int rank) {
    int[] d = tensors.dims(op.inputs(1));
    if (d.length != rank || Arrays.stream(d).anyMatch(x -> x < 1)) {
      throw new IllegalArgumentException("weights of shape " + Arrays.toString(d));
    }
    return d;
  }

  private Operation conv(Operator op, int out) {
    Conv2DOptions o = options(op, new Conv2DOptions());
    int[] d = weightDims(op, 4);
    Shape map = tensors.shapeOf(op.inputs(0));
    Window w =
        window(
            o.padding(),
            d[1],
            d[2],
            o.strideH(),
            o.strideW(),
            o.dilationHFactor(),
            o.dilationWFactor(),
            map);
    CodeTensor weights = tensors.int8(op.inputs(1), Shape.of(d[0], d[1], d[2], d[3]));
    return convolution(op, out, w, map.channels() / d[3], weights, o.fusedActivationFunction());
  }

  /** Weights {@code [1][r][s][k]} become {@code [k][r][s][1]}. */
  private Operation depthwise(Operator op, int out) {
    DepthwiseConv2DOptions o = options(op, new DepthwiseConv2DOptions());
    int[] d = weightDims(op, 4);
    Shape map = tensors.shapeOf(op.inputs(0));
    Window w =
        window(
            o.padding(),
            d[1],
            d[2],
            o.strideH(),
            o.strideW(),
            o.dilationHFactor(),
            o.dilationWFactor(),
            map);
    CodeTensor raw = tensors.int8(op.inputs(1), Shape.of(d[0], d[1], d[2], d[3]));
    int taps = d[1] * d[2];
    int[] turned = new int[raw.size()];
    for (int k = 0; k < d[3]; k++) {
      for (int t = 0; t < taps; t++) {
        turned[k * taps + t] = raw.get(t * d[3] + k);
      }
    }
    CodeTensor weights = CodeTensor.wrap(Shape.of(d[3], d[1], d[2], 1), turned);
    return convolution(op, out, w, map.channels(), weights, o.fusedActivationFunction());
  }

  private Operation convolution(
      Operator op, int out, Window w, int groups, CodeTensor weights, int activation) {
    ChannelScales s = tensors.scales(op.inputs(1));
    AffineFormat fo = tensors.formatOf(out);
    return new Conv2d(
        tensors.name(out),
        in(op, 0),
        tensors.map(out),
        w,
        groups,
        weights,
        s,
        bias(op, weights.shape().dim(0)),
        MultiplierRequantization.of(policy, format(op, 0), s, fo, false),
        clamp(activation, fo));
  }

  private Operation dense(Operator op, int out) {
    FullyConnectedOptions o = options(op, new FullyConnectedOptions());
    int[] d = weightDims(op, 2);
    ChannelScales s = tensors.scales(op.inputs(1));
    AffineFormat fo = tensors.formatOf(out);
    return new Dense(
        tensors.name(out),
        in(op, 0),
        tensors.map(out),
        tensors.int8(op.inputs(1), Shape.of(d[0], d[1])),
        s,
        bias(op, d[0]),
        MultiplierRequantization.of(policy, format(op, 0), s, fo, s.scales() == 1),
        clamp(o.fusedActivationFunction(), fo));
  }

  private Operation addition(Operator op, int out, boolean subtract, int activation) {
    AffineFormat fo = tensors.formatOf(out);
    int a = in(op, 0);
    int b = in(op, 1);
    return new Add(
        tensors.name(out),
        a,
        b,
        tensors.map(out),
        subtract,
        Addition.Affine.of(policy, format(op, 0), format(op, 1), fo),
        clamp(activation, fo));
  }

  private MultiplierRequantization single(double real) {
    return new MultiplierRequantization(policy, List.of(QuantizedMultiplier.of(real)));
  }

  private Operation multiply(Operator op, int out) {
    AffineFormat fo = tensors.formatOf(out);
    int a = in(op, 0);
    int b = in(op, 1);
    double real = (double) format(op, 0).scale() * format(op, 1).scale() / fo.scale();
    return new Multiply(
        tensors.name(out),
        a,
        b,
        tensors.map(out),
        single(real),
        clamp(options(op, new MulOptions()).fusedActivationFunction(), fo));
  }

  private Operation pool(Operator op, int out, boolean max) {
    Pool2DOptions o = options(op, new Pool2DOptions());
    Window w =
        window(
            o.padding(),
            o.filterHeight(),
            o.filterWidth(),
            o.strideH(),
            o.strideW(),
            1,
            1,
            tensors.shapeOf(op.inputs(0)));
    Clamp c = clamp(o.fusedActivationFunction(), tensors.formatOf(out));
    return max
        ? new MaxPool2d(tensors.name(out), in(op, 0), tensors.map(out), w, c)
        : new AveragePool2d(
            tensors.name(out), in(op, 0), tensors.map(out), w, Rounding.HALF_AWAY, c);
  }

  private Operation mean(Operator op, int out) {
    int[] axes =
        Arrays.stream(tensors.int32(op.inputs(1))).map(a -> a < 0 ? a + 4 : a).sorted().toArray();
    if (tensors.dims(op.inputs(0)).length != 4 || !Arrays.equals(axes, new int[] {1, 2})) {
      throw new IllegalArgumentException(
          "MEAN over axes " + Arrays.toString(axes) + ", only rows and columns are supported");
    }
    Shape s = tensors.shapeOf(op.inputs(0));
    AffineFormat fo = tensors.formatOf(out);
    return new Mean(
        tensors.name(out),
        in(op, 0),
        tensors.map(out),
        policy,
        Mean.multiplier(format(op, 0), fo, s.height() * s.width()),
        Clamp.full(fo));
  }

  private Operation pad(Operator op, int out) {
    int[] p = tensors.int32(op.inputs(1));
    if (p.length != 8 || p[0] + p[1] + p[6] + p[7] != 0) {
      throw new IllegalArgumentException(
          "PAD by " + Arrays.toString(p) + ", only rows and columns are supported");
    }
    return new Pad(tensors.name(out), in(op, 0), tensors.map(out), p[2], p[4], p[3], p[5]);
  }

  private Operation concatenation(Operator op, int out) {
    ConcatenationOptions o = options(op, new ConcatenationOptions());
    if (o.fusedActivationFunction() != ActivationFunctionType.NONE) {
      throw new IllegalArgumentException("CONCATENATION with a fused activation");
    }
    int rank = tensors.dims(out).length;
    int axis = (o.axis() < 0 ? o.axis() + rank : o.axis()) + 3 - rank;
    AffineFormat fo = tensors.formatOf(out);
    List<Integer> inputs =
        IntStream.range(0, op.inputsLength()).map(i -> in(op, i)).boxed().toList();
    List<Requantization> rescale =
        IntStream.range(0, op.inputsLength())
            .<Requantization>mapToObj(i -> single((double) format(op, i).scale() / fo.scale()))
            .toList();
    return new Concatenate(tensors.name(out), inputs, tensors.map(out), axis, rescale);
  }

  private Operation requantize(Operator op, int out, Clamp clamp) {
    double real = (double) format(op, 0).scale() / tensors.formatOf(out).scale();
    return new Requantize(tensors.name(out), in(op, 0), tensors.map(out), single(real), clamp);
  }

  private Operation relu(Operator op, int out, Clamp clamp) {
    return format(op, 0).equals(tensors.formatOf(out))
        ? new Relu(tensors.name(out), in(op, 0), tensors.map(out), clamp)
        : requantize(op, out, clamp);
  }

  private Operation lookup(Operator op, int out, int code) {
    AffineFormat a = format(op, 0);
    AffineFormat b = tensors.formatOf(out);
    boolean quarter = b.scale() == 1f / 256 && b.zeroPoint() == -128;
    boolean eighth = b.scale() == 1f / 128 && b.zeroPoint() == 0;
    CodeTensor table =
        switch (code) {
          case BuiltinOperator.LOGISTIC ->
              quarter
                  ? Tables.logistic(a, b, policy)
                  : Tables.real(a, b, x -> 1 / (1 + Math.exp(-x)));
          case BuiltinOperator.TANH ->
              eighth ? Tables.tanh(a, b, policy) : Tables.real(a, b, Math::tanh);
          case BuiltinOperator.HARD_SWISH -> Tables.hardSwish(a, b);
          case BuiltinOperator.LEAKY_RELU ->
              Tables.leakyRelu(a, b, options(op, new LeakyReluOptions()).alpha(), policy);
          default -> throw new IllegalStateException("operator " + code);
        };
    String function = BuiltinOperator.name(code).toLowerCase(java.util.Locale.ROOT);
    return new Lookup(tensors.name(out), function, in(op, 0), tensors.map(out), table);
  }
}
