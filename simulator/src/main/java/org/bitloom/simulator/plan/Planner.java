package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.config.AcceleratorConfig;

/**
 * Compiles a network for a machine: operations become passes, pooling rides along with the pass
 * before it, flattening costs nothing, and what is left over becomes a pass with weights of one.
 */
public final class Planner {
  private static final String NOT_YET = "is not in the accelerator";

  private final QuantizedNetwork network;
  private final AcceleratorConfig config;
  private final Refused refused;
  private final RoundingPolicy policy;
  private int outTensor;
  private final List<Draft> drafts = new ArrayList<>();
  private final Map<Integer, Integer> storage =
      new HashMap<>(); // tensor -> tensor whose tokens it is
  private final Map<Integer, Shape> stored = new HashMap<>(); // storage tensor -> shape as stored

  /** A pass before addresses are known. */
  private record Draft(
      List<Operation> operations,
      int in,
      boolean dense,
      Window window,
      CodeTensor weights,
      CodeTensor bias,
      org.bitloom.fixedpoint.requantize.Requantization requantization,
      Clamp clamp,
      int layerTensor,
      Pool pool,
      int out) {}

  private Planner(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
    this.refused = new Refused(network.name());
    this.policy = policy(network);
    this.outTensor = network.output();
  }

  /** The plan, or one line with every reason why there is none. */
  public static Plan plan(QuantizedNetwork network, AcceleratorConfig config) {
    Planner p = new Planner(network, config);
    p.draft();
    p.refused.throwIfAny();
    return p.assemble();
  }

  private static RoundingPolicy policy(QuantizedNetwork network) {
    RoundingPolicy found = null;
    boolean affine = network.inputSpec().format() instanceof AffineFormat;
    for (Operation op : network.operations()) {
      boolean a = network.tensor(op.output()).format() instanceof AffineFormat;
      RoundingPolicy here =
          op instanceof WeightedOperation w
                  && w.requantization() instanceof MultiplierRequantization m
              ? m.policy()
              : found;
      if (a != affine || (found != null && here != found)) {
        throw new BadInputException(
            network.name(),
            "layer " + op.name() + " mixes number families or rounding policies",
            "quantize the whole network with one --format and --rounding");
      }
      found = here;
    }
    return found == null ? RoundingPolicy.DOUBLE : found;
  }

  // ---- operations to passes
  // ------------------------------------------------------------------------------

  private void draft() {
    int input = network.input();
    storage.put(input, input);
    boolean flat = allDense(input);
    Shape in = network.inputSpec().shape();
    stored.put(input, flat ? Shape.of(1, 1, in.size()) : in);
    List<Operation> ops = network.operations();
    for (int i = 0; i < ops.size(); i++) {
      Operation op = ops.get(i);
      switch (op) {
        case Conv2d c ->
            weighted(c, false, Lowering.undilated(c.window()), Lowering.denseWeights(c));
        case Dense d -> dense(d);
        case Flatten f -> storage.put(f.output(), storage.get(f.input()));
        case Softmax f -> {
          if (i == ops.size() - 1 && f.output() == network.output()) {
            outTensor = f.input(); // the host does the rest
          } else {
            refused.add(op, "is not the last layer", "let the host compute it");
          }
        }
        case Add a -> refused.add(op, NOT_YET, "replace it");
        case Multiply m -> refused.add(op, NOT_YET, "replace it");
        case Mean m -> refused.add(op, NOT_YET, "use average pooling over the whole map");
        case Concatenate c -> refused.add(op, NOT_YET, "replace it");
        case Requantize r -> refused.add(op, NOT_YET, "use one format on both sides");
        case Trim t -> refused.add(t, NOT_YET, "run it without an accelerator");
        case Pad p -> refused.add(op, NOT_YET, "pad in the convolution");
        case Lookup l -> refused.add(op, NOT_YET, "use ReLU");
        case Constant c -> refused.add(op, NOT_YET, "fold it");
        case Relu r -> through(r, r.clamp(), identityPool(r.output()), r.output(), r.output());
        case MaxPool2d p ->
            pool(p, p.window(), new Pool(false, 1, 1, 1, 1, Rounding.FLOOR, p.clamp()));
        case AveragePool2d p ->
            pool(p, p.window(), new Pool(true, 1, 1, 1, 1, p.rounding(), p.clamp()));
      }
    }
  }

  /** Whether every reader of a tensor, flattening aside, is fully connected (and there is one). */
  private boolean allDense(int tensor) {
    List<Operation> readers = network.consumers(tensor);
    return !readers.isEmpty()
        && readers.stream()
            .allMatch(r -> r instanceof Dense || (r instanceof Flatten f && allDense(f.output())));
  }

  private boolean anyDense(int tensor) {
    return network.consumers(tensor).stream()
        .anyMatch(r -> r instanceof Dense || (r instanceof Flatten f && anyDense(f.output())));
  }

  private void dense(Dense d) {
    Shape s = stored.get(storage.get(d.input()));
    int pixels = s.height() * s.width();
    weighted(
        d,
        true,
        Window.valid(1, pixels, 1, 1),
        d.integers().reshape(Shape.of(d.bias().size(), 1, pixels, s.channels())));
  }

  private void weighted(WeightedOperation op, boolean dense, Window window, CodeTensor weights) {
    if (!dense && !sameShape(op.input())) {
      refused.add(op, "reads a flattened map", "reshape it back");
      return;
    }
    add(
        new Draft(
            List.of(op),
            op.input(),
            dense,
            window,
            weights,
            op.bias(),
            op.requantization(),
            op.clamp(),
            op.output(),
            identityPool(op.output()),
            op.output()));
  }

  private boolean sameShape(int tensor) {
    return stored.get(storage.get(tensor)).equals(network.tensor(tensor).shape());
  }

  private void add(Draft d) {
    drafts.add(d);
    storage.put(d.out, d.out);
    stored.put(d.out, network.tensor(d.out).shape());
  }

  private Pool identityPool(int tensor) {
    Shape s = network.tensor(tensor).shape();
    return new Pool(
        false,
        1,
        1,
        s.height(),
        s.width(),
        Rounding.FLOOR,
        Clamp.full(network.tensor(tensor).format()));
  }

  private void pool(Operation op, Window w, Pool kind) {
    int in = op.inputs().getFirst();
    Shape out = network.tensor(op.output()).shape();
    if (w.height() != w.strideY()
        || w.width() != w.strideX()
        || padded(w, network.tensor(in).shape())) {
      refused.add(
          op,
          "has overlapping or padded windows",
          "use a stride as large as the window and no padding");
      return;
    }
    Pool pool =
        new Pool(
            kind.average(),
            w.height(),
            w.width(),
            out.height(),
            out.width(),
            kind.rounding(),
            kind.clamp());
    Draft last = drafts.isEmpty() ? null : drafts.getLast();
    boolean rides =
        last != null
            && last.out == in
            && !last.pool.present()
            && network.consumers(in).size() == 1
            && outTensor != in;
    if (!rides) {
      through(op, Clamp.full(network.tensor(in).format()), pool, in, op.output());
      return;
    }
    drafts.removeLast();
    List<Operation> ops = new ArrayList<>(last.operations);
    ops.add(op);
    add(
        new Draft(
            ops,
            last.in,
            last.dense,
            last.window,
            last.weights,
            last.bias,
            last.requantization,
            last.clamp,
            last.layerTensor,
            pool,
            op.output()));
  }

  private static boolean padded(Window w, Shape in) {
    return w.padTop() + w.padLeft() > 0
        || w.outHeight(in.height()) * w.height() > in.height()
        || w.outWidth(in.width()) * w.width() > in.width();
  }

  /** A pass whose weights are one. */
  private void through(Operation op, Clamp clamp, Pool pool, int layerTensor, int out) {
    int in = op.inputs().getFirst();
    if (!sameShape(in)) {
      refused.add(op, "reads a flattened map", "put it before the flattening");
      return;
    }
    int channels = network.tensor(in).shape().channels();
    add(
        new Draft(
            List.of(op),
            in,
            false,
            Window.valid(1, 1, 1, 1),
            Lowering.identityWeights(channels),
            CodeTensor.vector(new int[channels]),
            Lowering.identity(network.tensor(in).format(), policy),
            clamp,
            layerTensor,
            pool,
            out));
  }

  // ---- passes to addresses
  // -------------------------------------------------------------------------------

  private Plan assemble() {
    int unloadStep = drafts.size() + 1;
    int outStorage = storage.get(outTensor);
    Map<Integer, Layout> layouts = place(unloadStep, outStorage);
    List<Step> steps = new ArrayList<>();
    steps.add(new LoadStep(network.input(), layouts.get(network.input())));
    int weightBase = 0;
    int paramBase = 0;
    for (Draft d : drafts) {
      LayerStep step = step(d, layouts, weightBase, paramBase);
      steps.add(step);
      weightBase += step.weightWords();
      paramBase += step.pixelBeats();
    }
    if (weightBase > config.weightWords()) {
      throw new BadInputException(
          network.name(),
          "needs "
              + weightBase
              + " words of weight memory in every slice, the accelerator has "
              + config.weightWords(),
          "set weight_words to at least " + weightBase + " or use more slices or lanes");
    }
    steps.add(new UnloadStep(outTensor, layouts.get(outStorage)));
    return new Plan(network, config, steps, WidthDerivation.of(network, config, steps));
  }

  private LayerStep step(Draft d, Map<Integer, Layout> layouts, int weightBase, int paramBase) {
    Layout in = layouts.get(storage.get(d.in));
    Shape layer = network.tensor(d.layerTensor).shape();
    Operation first = d.operations.getFirst();
    Shape s = in.shape();
    return new LayerStep(
        first.name(),
        first.kind(),
        d.operations,
        d.in,
        in,
        d.dense ? 1 : s.height(),
        d.dense ? s.height() * s.width() : s.width(),
        d.window,
        layer.height(),
        layer.width(),
        d.weights,
        d.bias,
        d.requantization,
        d.clamp,
        d.layerTensor,
        d.pool,
        d.out,
        layouts.get(d.out),
        config.lanes(),
        weightBase,
        paramBase);
  }

  private Map<Integer, Layout> place(int unloadStep, int outStorage) {
    Map<Integer, Integer> dies = new HashMap<>();
    dies.put(outStorage, unloadStep);
    for (int i = 0; i < drafts.size(); i++) {
      dies.merge(storage.get(drafts.get(i).in), i + 1, Math::max);
    }
    MemoryMap features = new MemoryMap();
    MemoryMap rows = new MemoryMap();
    Map<Integer, Layout> layouts = new HashMap<>();
    for (int i = 0; i <= drafts.size(); i++) {
      int tensor = i == 0 ? network.input() : drafts.get(i - 1).out;
      Shape s = stored.get(tensor);
      boolean columns =
          i == 0
              && s.channels() < config.slices()
              && s.width() > 1
              && !anyDense(tensor)
              && tensor != outStorage;
      Layout l =
          new Layout(s, columns, config.slices(), network.tensor(tensor).format().zeroCode(), 0, 0);
      int last = dies.getOrDefault(tensor, i);
      long base = features.place(l.worstTokens(), i, last);
      long row = rows.place(s.height(), i, last);
      if (features.used() > config.featureWords()) {
        throw new BadInputException(
            network.name(),
            "tensor "
                + network.tensor(tensor).name()
                + " brings the feature memory of a slice to "
                + features.used()
                + " tokens, the accelerator has "
                + config.featureWords(),
            "set feature_words to at least " + features.used() + " or use more slices");
      }
      layouts.put(tensor, l.at((int) base, (int) row));
    }
    return layouts;
  }
}
