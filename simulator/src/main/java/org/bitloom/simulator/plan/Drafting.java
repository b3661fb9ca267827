package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.bitloom.fixedpoint.format.ActivationFormat;
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
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Operations to passes: additions, tables and pooling board the pass before them, flattening costs
 * nothing, and what is left over becomes a pass with weights of one.
 */
final class Drafting {
  /** Widest activation code a table is made for. */
  static final int TABLE_BITS = 10;

  private static final Window POINT = Window.valid(1, 1, 1, 1);

  private final QuantizedNetwork network;
  private final int lanes;
  private final RoundingPolicy policy;
  private final int activationBits;
  private final Refused refused;
  private final List<Draft> drafts = new ArrayList<>();
  private final Map<Integer, Integer> keys = new HashMap<>(); // tensor -> the map whose codes it is
  private final Map<Integer, Shape> stored = new HashMap<>(); // map -> shape as stored
  private int nextKey;
  private int outTensor;

  Drafting(QuantizedNetwork network, int lanes, RoundingPolicy policy) {
    this.network = network;
    this.lanes = lanes;
    this.policy = policy;
    this.activationBits = WidthDerivation.activation(network);
    this.refused = new Refused(network.name());
    this.nextKey = network.tensors().size();
    this.outTensor = network.output();
  }

  /** The passes, or one line with every reason why there are none. */
  List<Draft> run() {
    int input = network.input();
    Shape in = network.inputSpec().shape();
    keys.put(input, input);
    stored.put(input, allDense(input) ? Shape.of(1, 1, in.size()) : in);
    List<Operation> ops = network.operations();
    for (int i = 0; i < ops.size(); i++) {
      Operation op = ops.get(i);
      if (op instanceof Softmax f && i == ops.size() - 1 && f.output() == network.output()) {
        outTensor = f.input(); // the host does the rest
      }
    }
    ops.forEach(this::operation);
    refused.throwIfAny();
    return drafts;
  }

  /** The tensor that leaves the machine. */
  int outTensor() {
    return outTensor;
  }

  /** The map whose codes a tensor is. */
  int key(int tensor) {
    return keys.get(tensor);
  }

  /** Shape of a map as stored. */
  Shape stored(int key) {
    return stored.get(key);
  }

  private void operation(Operation op) {
    switch (op) {
      case Conv2d c -> conv(c);
      case Dense d -> dense(d);
      case Flatten f -> keys.put(f.output(), keys.get(f.input()));
      case Softmax f -> {
        if (outTensor != f.input() || f.output() != network.output()) {
          refuse(op, "is not the last layer", "let the host compute it");
        }
      }
      case Add a -> add(a);
      case Concatenate c -> concatenate(c);
      case Multiply m -> refuse(op, "multiplies two maps, which no unit does", "use an addition");
      case Constant c -> refuse(op, "is a constant map", "fold it into a bias");
      case Mean m -> mean(m);
      case Requantize r -> onesPass(r, POINT, r.requantization(), r.clamp());
      case Pad p -> pad(p);
      case Relu r -> relu(r);
      case Lookup l -> table(l, l.input(), l.table()::get);
      case Trim t -> {
        ActivationFormat f = format(t.input());
        table(t, t.input(), i -> t.apply(i + f.minCode(), f.zeroCode()));
      }
      case MaxPool2d p -> pool(p, p.window(), false, Rounding.FLOOR, p.clamp());
      case AveragePool2d p -> pool(p, p.window(), true, p.rounding(), p.clamp());
    }
  }

  private ActivationFormat format(int tensor) {
    return network.tensor(tensor).format();
  }

  private Shape shape(int tensor) {
    return network.tensor(tensor).shape();
  }

  private View whole(int tensor) {
    return new View(tensor, 0, shape(tensor).channels(), format(tensor).zeroCode());
  }

  /** Whether every reader of a tensor, flattening aside, is fully connected (and there is one). */
  private boolean allDense(int tensor) {
    List<Operation> readers = network.consumers(tensor);
    return !readers.isEmpty()
        && readers.stream()
            .allMatch(r -> r instanceof Dense || (r instanceof Flatten f && allDense(f.output())));
  }

  /** Notes why an operation cannot run; what reads its output is still looked at. */
  private void refuse(Operation op, String reason, String mend) {
    refused.add(op, reason, mend);
    keys.putIfAbsent(op.output(), op.output());
    stored.putIfAbsent(op.output(), shape(op.output()));
  }

  /** Whether a map can be read pixel by pixel; if not, the operation is refused. */
  private boolean readable(Operation op, int tensor) {
    Shape s = stored.get(keys.getOrDefault(tensor, -1));
    boolean ok = s != null && s.equals(shape(tensor));
    if (!ok) {
      refuse(op, "reads a flattened map", "put it before the flattening");
    }
    return ok;
  }

  private Draft add(Draft d) {
    d.pool = d.pool == null ? Pool.none(shape(d.layer.tensor()), format(d.out.tensor())) : d.pool;
    d.key = d.out.tensor();
    drafts.add(d);
    book(d);
    return d;
  }

  private void book(Draft d) {
    keys.put(d.out.tensor(), d.key);
    stored.put(d.key, shape(d.out.tensor()));
  }

  /** The last pass, if its result goes to nobody but the reader of {@code tensor}. */
  private Draft boarding(int tensor) {
    Draft last = drafts.isEmpty() ? null : drafts.getLast();
    return last != null
            && last.out.tensor() == tensor
            && last.key == tensor
            && !last.side
            && tensor != outTensor
            && network.consumers(tensor).size() == 1
        ? last
        : null;
  }

  /** Lets an operation board a pass, which is put into the books if it is new. */
  private void board(Draft d, Operation op, int out) {
    d.out = whole(out);
    if (drafts.isEmpty() || drafts.getLast() != d) {
      add(d);
    } else {
      d.operations.add(op);
      d.key = out;
      book(d);
    }
  }

  // ---- weights
  // -----------------------------------------------------------------------------------

  private void conv(Conv2d c) {
    if (!readable(c, c.input())) {
      return;
    }
    int channels = shape(c.input()).channels();
    Window w = Lowering.undilated(c.window());
    boolean depthwise = c.groups() > 1 && c.groups() == channels && c.outChannels() == channels;
    boolean scattered = depthwise && Scatter.rowsMet(w) < lanes;
    CodeTensor weights = scattered ? Lowering.undilatedWeights(c) : Lowering.denseWeights(c);
    weighted(c, new Draft.Kernel(false, scattered, w, weights, c.bias()));
  }

  private void dense(Dense d) {
    Shape s = stored.get(keys.get(d.input()));
    int pixels = s.height() * s.width();
    CodeTensor weights = d.integers().reshape(Shape.of(d.bias().size(), 1, pixels, s.channels()));
    weighted(d, new Draft.Kernel(true, false, Window.valid(1, pixels, 1, 1), weights, d.bias()));
  }

  private void weighted(WeightedOperation op, Draft.Kernel kernel) {
    int in = keys.get(op.input());
    add(new Draft(op, in, kernel, op.requantization(), op.clamp(), whole(op.output())));
  }

  /** A pass whose weights are one, not yet in the books. */
  private Draft ones(
      Operation op, Window w, Requantization requantization, Clamp clamp, int in, View layer) {
    int channels = shape(in).channels();
    Draft.Kernel kernel =
        new Draft.Kernel(
            false,
            true,
            w,
            Lowering.ones(Shape.of(channels, w.height(), w.width(), 1)),
            CodeTensor.vector(new int[channels]));
    return new Draft(op, keys.get(in), kernel, requantization, clamp, layer);
  }

  /** The same, put into the books. */
  private void onesPass(Operation op, Window w, Requantization requantization, Clamp clamp) {
    int in = op.inputs().getFirst();
    if (readable(op, in)) {
      add(ones(op, w, requantization, clamp, in, whole(op.output())));
    }
  }

  /** A pass that lets a map through, not yet in the books. */
  private Draft through(Operation op, int in) {
    return ones(op, POINT, identity(in), Clamp.full(format(in)), in, whole(in));
  }

  private Requantization identity(int tensor) {
    return Lowering.identity(format(tensor), policy);
  }

  private void mean(Mean m) {
    Shape s = shape(m.input());
    onesPass(
        m,
        Window.valid(s.height(), s.width(), s.height(), s.width()),
        new MultiplierRequantization(m.policy(), List.of(m.multiplier())),
        m.clamp());
  }

  private void pad(Pad p) {
    onesPass(
        p,
        new Window(1, 1, 1, 1, 1, 1, p.top(), p.left(), p.bottom(), p.right()),
        identity(p.input()),
        Clamp.full(format(p.output())));
  }

  // ---- what boards
  // -------------------------------------------------------------------------------

  private void add(Add a) {
    if (!readable(a, a.left()) || !readable(a, a.right())) {
      return;
    }
    if (!shape(a.left()).equals(shape(a.output())) || !shape(a.right()).equals(shape(a.output()))) {
      refuse(a, "repeats an extent of 1", "write the map out whole");
      return;
    }
    Draft d = a.left() == a.right() ? null : plain(boarding(a.right()));
    boolean ownIsLeft = d == null;
    if (d == null && a.left() != a.right()) {
      d = plain(boarding(a.left()));
    }
    int other = ownIsLeft ? a.right() : a.left();
    int operand = sideMap(a, other);
    if (d == null || drafts.getLast() != d) { // nothing to board, or the copy came between
      d = through(a, ownIsLeft ? a.left() : a.right());
    }
    d.operand = operand;
    d.add = a;
    d.ownIsLeft = ownIsLeft;
    d.merged = whole(a.output());
    d.pool = Pool.none(shape(a.output()), format(a.output()));
    board(d, a, a.output());
  }

  private static Draft plain(Draft d) {
    return d != null && d.plain() ? d : null;
  }

  private Draft producer(int tensor) {
    int key = keys.get(tensor);
    return drafts.stream().filter(d -> d.key == key).findFirst().orElse(null);
  }

  /** The map of a tensor in the side memory; the network's input is copied there first. */
  private int sideMap(Operation op, int tensor) {
    Draft from = producer(tensor);
    if (from == null) {
      int key = keys.get(tensor);
      from = add(through(op, tensor));
      from.key = nextKey++;
      stored.put(from.key, stored.get(key));
      keys.put(tensor, key);
    }
    from.side = true;
    return from.key;
  }

  private void concatenate(Concatenate c) {
    if (c.axis() != 2) {
      refuse(c, "joins rows or columns", "join channels");
      return;
    }
    int out = c.output();
    int channels = shape(out).channels();
    int zero = format(out).zeroCode();
    int offset = 0;
    int before = Draft.NONE;
    for (int i = 0; i < c.inputs().size(); i++) {
      int in = c.inputs().get(i);
      if (!readable(c, in)) {
        return;
      }
      int own = shape(in).channels();
      boolean same = format(in).equals(format(out));
      Draft.Kernel kernel =
          new Draft.Kernel(
              false,
              false,
              Window.valid(1, 1, 1, 1),
              Lowering.placing(own, offset, channels),
              CodeTensor.vector(new int[channels]));
      Draft d =
          new Draft(
              c,
              keys.get(in),
              kernel,
              same ? identity(in) : c.rescale().get(i),
              Clamp.full(format(out)),
              new View(out, offset, offset + own, zero));
      offset += own;
      d.operand = before;
      d.merged = before == Draft.NONE ? null : new View(out, 0, offset, zero);
      d.out = new View(out, 0, offset, zero);
      add(d);
      d.side = i + 1 < c.inputs().size();
      d.key = d.side ? nextKey++ : out;
      book(d);
      before = d.key;
    }
  }

  private void relu(Relu r) {
    if (activationBits <= TABLE_BITS && boards(r.input()) != null) {
      int first = format(r.input()).minCode();
      table(r, r.input(), i -> r.clamp().apply(i + first));
      return;
    }
    onesPass(r, POINT, identity(r.input()), r.clamp());
  }

  private Draft boards(int tensor) {
    Draft d = boarding(tensor);
    return d != null && d.takesTable() ? d : null;
  }

  private void table(Operation op, int in, IntUnaryOperator code) {
    if (activationBits > TABLE_BITS) {
      refuse(
          op,
          "needs a table of " + activationBits + "-bit codes",
          "use activations of at most " + TABLE_BITS + " bits");
      return;
    }
    if (!readable(op, in)) {
      return;
    }
    Draft d = boards(in);
    if (d == null) {
      d = through(op, in);
    }
    ActivationFormat f = format(in);
    int[] codes = new int[f.maxCode() - f.minCode() + 1];
    Arrays.setAll(codes, code);
    d.table = CodeTensor.vector(codes);
    d.tableFirst = f.minCode();
    d.looked = whole(op.output());
    d.pool = Pool.none(shape(op.output()), format(op.output()));
    board(d, op, op.output());
  }

  private void pool(Operation op, Window w, boolean average, Rounding rounding, Clamp clamp) {
    int in = op.inputs().getFirst();
    Shape out = shape(op.output());
    if (!readable(op, in)) {
      return;
    }
    boolean overlaps =
        w.height() != w.strideY() && out.height() > 1
            || w.width() != w.strideX() && out.width() > 1;
    if (overlaps || padded(w, shape(in))) {
      refuse(
          op,
          "has overlapping or padded windows",
          "use a stride as large as the window and no padding");
      return;
    }
    Draft d = boarding(in);
    if (d == null || d.pool.present()) {
      d = through(op, in);
    }
    d.pool = new Pool(average, w.height(), w.width(), out.height(), out.width(), rounding, clamp);
    board(d, op, op.output());
  }

  private static boolean padded(Window w, Shape in) {
    return w.padTop() + w.padLeft() > 0
        || w.outHeight(in.height()) * w.height() > in.height()
        || w.outWidth(in.width()) * w.width() > in.width();
  }
}
