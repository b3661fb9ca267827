package org.bitloom.trainer.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.Requantizer;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.network.AccumulatorRange;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.compress.WeightSharing;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.Transform;
import org.bitloom.trainer.layer.Values;
import org.bitloom.trainer.layer.Wiring;
import org.bitloom.trainer.train.Trainable;

/**
 * Quantization-aware training: each step converts the network with its weights of now, computes the
 * very integers the converted network computes, and hands on the reals they stand for; gradients
 * pass roundings as if there were none and stop where a code was clipped (straight-through). Batch
 * normalization is folded with running statistics, which go on moving until they are frozen.
 */
public final class QuantizationAware implements Trainable {
  /** What becomes of the ranges of feature maps. */
  public enum Ranges {
    /** As calibrated. */
    FIXED,
    /** Averages of what batches show. */
    TRACKED,
    /** Trained by gradient. */
    LEARNED
  }

  private static final int FLOAT_EXACT_BITS = 25;
  private static final double FREEZE = 0.7;

  private final FloatNetwork folded;
  private final TargetFormat target;
  private final Calibration weightRule;
  private final Ranges mode;
  private final List<Groups.Group> groups;
  private final ActivationFormat input;
  private final Map<Groups.Group, Range> ranges = new IdentityHashMap<>();
  private final Map<Groups.Group, Integer> index = new IdentityHashMap<>();
  private final float[] fractions; // of linear dynamic fixed point weights, by group
  private final EffectiveValues values;
  private boolean frozen;
  private QuantizedNetwork quantized;
  private List<Step> steps = List.of();

  /**
   * One operation as it is in this step.
   *
   * @param weights integers as floats, null without weights
   * @param bias integers as floats, null without weights
   * @param scales of the output channels' weights
   * @param requantizer of the accumulators, null where they exceed float32
   * @param kernel computes the codes, null where the requantizer does
   */
  record Step(
      ActivationFormat in,
      ActivationFormat out,
      Operation operation,
      float[] weights,
      float[] bias,
      double[] scales,
      Requantizer requantizer,
      FastExecutor.Kernel kernel) {}

  /**
   * Begins from a trained network; trains the same arrays.
   *
   * @param seen calibration, see {@link Observation}
   * @param activations rule for the first ranges
   * @param weights rule for weights, at every epoch's beginning
   */
  public QuantizationAware(
      FloatNetwork network,
      Observation seen,
      TargetFormat target,
      Calibration activations,
      Calibration weights,
      Ranges mode) {
    this.folded = Folding.fold(network);
    this.target = target;
    this.weightRule = weights;
    this.mode = mode;
    this.groups = Groups.of(folded);
    this.input = Converter.format(target, activations, seen.input(), "input");
    boolean symmetric = target instanceof TargetFormat.Int8 t && t.symmetric();
    for (Groups.Group g : groups) {
      index.put(g, index.size());
      if (g.chooses()) {
        String name = g.layer().name();
        ActivationFormat f =
            Converter.format(target, activations, seen.layers().get(g.output() - 1), name);
        ranges.put(g, new Range(name, f, symmetric));
      }
    }
    if (target.weights() instanceof WeightChoice.Shared s) {
      WeightSharing.cluster(folded, s.bits(), s.start());
    }
    values = new EffectiveValues(folded.parameters());
    fractions = new float[groups.size()];
    values.compute(false, 0);
    chooseFractions();
  }

  private int linearBits(Groups.Group g) {
    return g.weighted()
            && target instanceof TargetFormat.FixedPoint f
            && target.weights() instanceof WeightChoice.Linear l
        ? QuantizedWeights.linearBits(l, f.bits(g.layer().name()))
        : 0;
  }

  private void chooseFractions() {
    for (Groups.Group g : groups) {
      int bits = linearBits(g);
      if (bits > 0) {
        float[] w = values.of(g.layer().parameters().getFirst());
        fractions[index.get(g)] = QuantizedWeights.format(w, bits, weightRule).fraction();
      }
    }
  }

  @Override
  public FloatNetwork network() {
    return folded;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(folded.parameters());
    if (mode == Ranges.LEARNED) {
      groups.stream().filter(ranges::containsKey).forEach(g -> all.add(ranges.get(g).bounds()));
    }
    return all;
  }

  @Override
  public List<float[]> state() {
    List<float[]> all = new ArrayList<>(folded.state());
    all.add(fractions);
    for (Groups.Group g : groups) {
      if (ranges.containsKey(g)) {
        all.add(ranges.get(g).errors());
        if (mode != Ranges.LEARNED) {
          all.add(ranges.get(g).bounds().values());
        }
      }
    }
    return all;
  }

  /** The network in integers, with the weights and ranges of now. */
  public QuantizedNetwork convert() {
    begin(false, 0);
    return quantized;
  }

  @Override
  public void epoch(int epoch, int epochs, boolean begins) {
    frozen = epoch > Math.ceil(FREEZE * epochs);
    if (begins && !frozen) {
      values.compute(false, 0);
      chooseFractions();
    }
  }

  @Override
  public Values begin(boolean training, long seed) {
    values.compute(training, seed);
    Map<Groups.Group, ActivationFormat> formats = new HashMap<>();
    groups.stream()
        .filter(ranges::containsKey)
        .forEach(g -> formats.put(g, ranges.get(g).format()));
    quantized =
        Converter.convert(folded, groups, input, formats::get, target, this::weights, values);
    steps = IntStream.range(0, groups.size()).mapToObj(this::step).toList();
    return values;
  }

  private QuantizedWeights weights(Groups.Group g) {
    int bits = linearBits(g);
    QFormat held = bits > 0 ? new QFormat(bits, (int) fractions[index.get(g)]) : null;
    return QuantizedWeights.of(
        values, g.layer().parameters().getFirst(), g.layer().name(), target, weightRule, held);
  }

  private Step step(int group) {
    Operation op = quantized.operations().get(group);
    ActivationFormat in = quantized.tensor(op.inputs().getFirst()).format();
    ActivationFormat out = quantized.tensor(op.output()).format();
    if (!(op instanceof WeightedOperation w)) {
      boolean plain = plain(groups.get(group).layer());
      return new Step(
          in, out, op, null, null, null, null, plain ? null : FastExecutor.kernel(quantized, op));
    }
    boolean exact = AccumulatorRange.of(w, in).bits() <= FLOAT_EXACT_BITS;
    return new Step(
        in,
        out,
        op,
        floats(w.integers()),
        floats(w.bias()),
        Converter.scales(w.weightFormat(), quantized.tensor(op.output()).shape().channels()),
        exact ? Requantizer.of(quantized, w) : null,
        exact ? null : FastExecutor.kernel(quantized, op));
  }

  private static float[] floats(CodeTensor t) {
    float[] f = new float[t.size()];
    for (int i = 0; i < f.length; i++) {
      f[i] = t.get(i);
    }
    return f;
  }

  /** Layers that compute the same on reals as on codes. */
  private static boolean plain(Layer l) {
    return l instanceof FlattenLayer
        || l instanceof PadLayer
        || l instanceof PoolLayer p && p.max();
  }

  Step step(Groups.Group g) {
    return steps.get(index.get(g));
  }

  boolean tracks() {
    return !frozen;
  }

  Range learned(Groups.Group g) {
    return mode == Ranges.LEARNED ? ranges.get(g) : null;
  }

  QuantizedNetwork quantized() {
    return quantized;
  }

  ActivationFormat input() {
    return input;
  }

  @Override
  public NetworkPass newPass(int samples) {
    Map<Integer, Integer> places = new HashMap<>(); // float tensor to node's tensor
    List<Shape> shapes = new ArrayList<>(List.of(folded.input(), folded.input()));
    List<List<Integer>> inputs = new ArrayList<>(List.of(List.of(0)));
    List<IntFunction<Layer.Pass>> passes = new ArrayList<>();
    passes.add(n -> new QuantizedInput(this, n));
    places.put(0, 1);
    for (Groups.Group g : groups) {
      inputs.add(g.inputs().stream().map(places::get).toList());
      places.put(g.output(), inputs.size());
      shapes.add(folded.shape(g.output()));
      passes.add(
          n ->
              plain(g.layer())
                  ? g.layer().newPass(n)
                  : g.weighted()
                      ? new QuantizedWeighted(this, g, n)
                      : new QuantizedKernel(this, g, n));
    }
    return new NetworkPass(new Wiring(shapes, inputs, passes), samples);
  }

  @Override
  public void backward(Gradients g) {
    values.backward(g);
  }

  @Override
  public void absorb(List<NetworkPass> chunks) {
    if (frozen) {
      return;
    }
    for (int i = 0; i < groups.size(); i++) {
      Groups.Group g = groups.get(i);
      int node = i + 1;
      if (mode == Ranges.TRACKED && ranges.containsKey(g)) {
        double[] seen = Range.nothing();
        for (NetworkPass p : chunks) {
          Range.merge(seen, ((Seen) p.pass(node)).seen());
        }
        ranges.get(g).track(seen);
      }
      BatchNormLayer norm = g.weighted() ? norm(g) : null;
      if (norm != null) {
        List<double[]> sums =
            chunks.stream().map(p -> ((QuantizedWeighted) p.pass(node)).moments()).toList();
        moveNorm(norm, sums);
      }
    }
  }

  /** What a pass saw of its output before quantization. */
  interface Seen {
    /** As {@link Range#track} takes it. */
    double[] seen();
  }

  static BatchNormLayer norm(Groups.Group g) {
    for (Transform t : g.layer().parameters().getFirst().transforms()) {
      if (t instanceof FoldedNorm f) {
        return f.norm();
      }
    }
    return null;
  }

  /** The moments of the layer before folding, from those of its folded output. */
  private static void moveNorm(BatchNormLayer norm, List<double[]> sums) {
    int channels = norm.mean().length;
    double count = sums.stream().mapToDouble(s -> s[2 * channels]).sum();
    double[] m = new double[channels];
    double[] v = new double[channels];
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double squares = 0;
      for (double[] s : sums) {
        sum += s[c];
        squares += s[channels + c];
      }
      double gamma = norm.gamma().values()[c];
      double mean = sum / count;
      double variance = Math.max(0, squares / count - mean * mean);
      double back = Math.sqrt(norm.variance()[c] + norm.epsilon()) / gamma;
      boolean lost = Math.abs(gamma) < 1e-6;
      m[c] = lost ? norm.mean()[c] : (mean - norm.beta().values()[c]) * back + norm.mean()[c];
      v[c] = lost ? norm.variance()[c] : variance * back * back;
    }
    BatchNormLayer.move(norm.mean(), norm.variance(), norm.momentum(), m, v, count);
  }
}
