package org.bitloom.simulator.plan;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;

/** The fields of a step's descriptor: where each lies in the word, and its number for each step. */
public final class Descriptors {

  /**
   * A field.
   *
   * @param name as in the core, without its {@code d_}
   * @param width bits
   * @param signed whether the core reads it as signed
   * @param lsb position of its lowest bit
   */
  public record Field(String name, int width, boolean signed, int lsb) {}

  private final Plan plan;
  private final List<Field> fields = new ArrayList<>();
  private final List<Function<Step, BigInteger>> values = new ArrayList<>();

  /** The fields for a plan, in a fixed order. */
  public Descriptors(Plan plan) {
    this.plan = plan;
    Widths w = plan.widths();
    tensors(w);
    windows(w);
    scatter(w);
    if (plan.loadsWeights()) {
      field("load_weights", 1, false, s -> s instanceof WeightStep ? 1 : 0);
      field("load_address", 32, false, s -> s instanceof WeightStep x ? x.address() : 0);
      field("load_beats", loadBeatBits(), false, s -> s instanceof WeightStep x ? x.beats() : 0);
    }
    weights(w);
    requantization(w);
    merge(w);
    if (w.tables() > 0) {
      layer("table", 1, false, l -> l.post().table() == null ? 0 : 1);
      layer(
          "table_index",
          Bits.forIndex(w.tables()),
          false,
          l -> l.post().table() == null ? 0 : l.post().table().index());
      int beat = plan.config().codesPerBeat();
      layer("table_tail", beat, false, l -> (1L << ((l.channels() - 1) % beat + 1)) - 1);
    }
    pooling(w);
  }

  /** All fields, lowest first. */
  public List<Field> fields() {
    return List.copyOf(fields);
  }

  /** Bits of a descriptor. */
  public int bits() {
    Field last = fields.getLast();
    return last.lsb() + last.width();
  }

  /** The descriptor of a step. */
  public BigInteger word(Step step) {
    BigInteger word = BigInteger.ZERO;
    for (int i = 0; i < fields.size(); i++) {
      Field f = fields.get(i);
      BigInteger v = values.get(i).apply(step);
      BigInteger limit = BigInteger.ONE.shiftLeft(f.signed() ? f.width() - 1 : f.width());
      if (v.compareTo(limit) >= 0
          || v.compareTo(f.signed() ? limit.negate() : BigInteger.ZERO) < 0) {
        throw new IllegalStateException(
            "step "
                + step.name()
                + ": "
                + f.name()
                + " = "
                + v
                + " exceeds "
                + f.width()
                + " bits");
      }
      word = word.or(v.mod(BigInteger.ONE.shiftLeft(f.width())).shiftLeft(f.lsb()));
    }
    return word;
  }

  private void field(String name, int width, boolean signed, ToLongFunction<Step> value) {
    wide(name, width, signed, s -> BigInteger.valueOf(value.applyAsLong(s)));
  }

  private void wide(String name, int width, boolean signed, Function<Step, BigInteger> value) {
    int lsb = fields.isEmpty() ? 0 : bits();
    fields.add(new Field(name, width, signed, lsb));
    values.add(value);
  }

  /** A field that only layers have; 0 for the others. */
  private void layer(String name, int width, boolean signed, ToLongFunction<LayerStep> value) {
    field(name, width, signed, s -> s instanceof LayerStep l ? value.applyAsLong(l) : 0);
  }

  /** A number for each kind of step; weight loads have none of these. */
  private static <T> T choose(
      Step s,
      T weights,
      Function<LoadStep, T> load,
      Function<LayerStep, T> layer,
      Function<UnloadStep, T> unload) {
    return switch (s) {
      case WeightStep w -> weights;
      case LoadStep l -> load.apply(l);
      case LayerStep l -> layer.apply(l);
      case UnloadStep u -> unload.apply(u);
    };
  }

  private void tensors(Widths w) {
    field(
        "columns",
        1,
        false,
        s ->
            choose(s, false, l -> l.layout().columns(), l -> l.input().columns(), u -> false)
                ? 1
                : 0);
    field(
        "in_zero",
        w.activation(),
        true,
        s -> choose(s, 0, l -> 0, l -> l.input().zero(), u -> u.layout().zero()));
    field(
        "out_zero",
        w.activation(),
        true,
        s -> choose(s, 0, l -> l.layout().zero(), l -> l.post().out().zero(), u -> 0));
    field(
        "out_base",
        w.featureAddress(),
        false,
        s -> choose(s, 0, l -> l.layout().base(), l -> base(l), u -> u.layout().base()));
    field(
        "out_row_base",
        w.rowAddress(),
        false,
        s -> choose(s, 0, l -> l.layout().rowBase(), l -> rowBase(l), u -> 0));
    field(
        "out_tail",
        Bits.forIndex(plan.config().requantizers()),
        false,
        s -> s instanceof LayerStep l ? tailElements(l) - 1 : 0);
    field("encode", 1, false, s -> s instanceof LayerStep l && l.output() == null ? 0 : 1);
    field(
        "out_beats",
        Bits.forIndex(w.outBeats()),
        false,
        s -> s instanceof UnloadStep u ? u.beats() - 1 : 0);
    field(
        "tail_lanes",
        plan.config().slices(),
        false,
        s -> s instanceof LoadStep l ? tailLanes(l) : 0);
  }

  private static int base(LayerStep l) {
    return l.output() == null ? 0 : l.output().base();
  }

  private static int rowBase(LayerStep l) {
    return l.output() == null ? 0 : l.output().rowBase();
  }

  /** Elements that a slice has in the last beat of a pixel. */
  private long tailElements(LayerStep l) {
    int q = plan.config().requantizers();
    return (Math.ceilDiv(l.channels(), plan.config().slices()) - 1) % q + 1;
  }

  private long tailLanes(LoadStep l) {
    int things = l.layout().columns() ? l.layout().shape().width() : l.layout().shape().channels();
    int left = (things - 1) % plan.config().slices() + 1;
    return (1L << left) - 1;
  }

  private void windows(Widths w) {
    int x = w.coordinate();
    layer("in_h", x, true, LayerStep::rows);
    layer("in_w", x, true, LayerStep::columns);
    layer("out_h", x, true, LayerStep::windowsDown);
    layer("out_w", x, true, LayerStep::windowsAcross);
    layer("kernel_h", x, true, l -> l.window().height());
    layer("kernel_w", x, true, l -> l.window().width());
    layer("stride_y", x, true, l -> l.window().strideY());
    layer("stride_x", x, true, l -> l.window().strideX());
    layer("first_y", x, true, l -> -l.window().padTop());
    layer("first_x", x, true, l -> -l.window().padLeft());
    layer("last_group", x, false, l -> l.groups() - 1);
    int row = w.rowAddress();
    layer(
        "first_row",
        row,
        false,
        l ->
            l.scatter() != null
                ? l.input().rowBase()
                : Math.floorMod(l.input().rowBase() - l.window().padTop(), 1 << row));
    layer("row_stride", row, false, l -> Math.floorMod(l.window().strideY(), 1 << row));
  }

  private void weights(Widths w) {
    int a = w.weightAddress();
    if (w.weightCode().kind() == WeightCode.Kind.BOOK) {
      wide(
          "book",
          w.weightCode().entries() * w.weight(),
          false,
          s -> s instanceof LayerStep l ? w.weightCode().bookWord(l, w.weight()) : BigInteger.ZERO);
    }
    layer("weight_base", a, false, LayerStep::weightBase);
    layer("column_step", a, false, l -> modulo(l.columnWords(), a));
    layer("pixel_step", a, false, l -> modulo(l.columnStep() * l.columnWords(), a));
    layer("row_step", a, false, l -> modulo(l.window().width() * l.columnWords(), a));
    layer("group_step", a, false, l -> modulo(groupWords(l), a));
    layer("param_base", w.paramAddress(), false, LayerStep::paramBase);
    layer(
        "tail_beats",
        beatBits(),
        false,
        l -> l.scatter() != null ? 0 : l.beats(l.groups() - 1) - 1);
  }

  /** Weight words of a group, or of a chunk. */
  private static int groupWords(LayerStep l) {
    return l.scatter() != null
        ? l.weightWords() / l.scatter().chunks()
        : l.window().taps() * l.columnWords();
  }

  /** How depthwise layers run, see {@link Scatter}; their padding is first_y and first_x. */
  private void scatter(Widths w) {
    if (w.scatterRows() == 0) {
      return;
    }
    int x = w.coordinate();
    int a = w.weightAddress();
    field("scatter", 1, false, s -> s instanceof LayerStep l && l.scatter() != null ? 1 : 0);
    scattered("sc_last_row", x, false, (l, s) -> s.rowsWalked() - 1);
    scattered("sc_last_chunk", x, false, (l, s) -> s.chunks() - 1);
    scattered("sc_banks", x, false, (l, s) -> s.banks());
    scattered("sc_columns", x, false, (l, s) -> s.columns());
    scattered("sc_row0", x, true, (l, s) -> s.newestRow(0));
    scattered("sc_bank0", x, false, (l, s) -> s.newestRow(0) % s.banks());
    scattered("sc_sub_y0", x, false, (l, s) -> l.window().padTop() % l.window().strideY());
    scattered("sc_mask0", w.scatterRows(), false, Descriptors::firstRows);
    scattered("sc_phase_y", a, false, (l, s) -> modulo(s.periodX() * l.columnWords(), a));
    scattered(
        "sc_phase_y0",
        a,
        false,
        (l, s) -> modulo(l.window().padTop() % s.periodY() * s.periodX() * l.columnWords(), a));
    scattered("sc_lane0", x, false, (l, s) -> newestColumn(l) % s.columns());
    scattered("sc_sub_x0", x, false, (l, s) -> l.window().padLeft() % l.window().strideX());
    scattered(
        "sc_phase_x0",
        a,
        false,
        (l, s) -> modulo(l.window().padLeft() % s.periodX() * l.columnWords(), a));
    scattered("sc_div0", x, true, (l, s) -> newestColumn(l) / s.columns());
    int c = w.scatterAddress();
    scattered("sc_words", c, false, (l, s) -> modulo(l.pixelBeats(), c));
    scattered(
        "sc_addr0", c, false, (l, s) -> modulo(newestColumn(l) / s.columns() * l.pixelBeats(), c));
    scattered("sc_full", x, true, (l, s) -> l.windowsAcross() / s.columns());
    scattered("sc_rest", x, false, (l, s) -> l.windowsAcross() % s.columns());
    scattered("sc_need0", x, true, (l, s) -> l.window().height() - 1 - l.window().padTop());
  }

  private interface OfScatter {
    long apply(LayerStep l, Scatter s);
  }

  private void scattered(String name, int width, boolean signed, OfScatter value) {
    layer(name, width, signed, l -> l.scatter() == null ? 0 : value.apply(l, l.scatter()));
  }

  private static int newestColumn(LayerStep l) {
    return l.window().padLeft() / l.window().strideX();
  }

  /** Banks whose output row exists and is met by input row 0. */
  private static long firstRows(LayerStep l, Scatter s) {
    long mask = 0;
    int newest = s.newestRow(0);
    for (int oy = Math.max(0, newest - s.banks() + 2); oy <= newest; oy++) {
      mask |= oy < l.windowsDown() ? 1L << (oy % s.banks()) : 0;
    }
    return mask;
  }

  /** A second map that joins, see {@link Merge}; nothing joins in mode 0. */
  private void merge(Widths w) {
    if (!w.merge()) {
      return;
    }
    int ab = w.activation();
    merged("mg_mode", 2, false, m -> m.concatenates() ? 2 : 1);
    merged("mg_side", w.sideAddress(), false, Merge::sideBase);
    merged("mg_minus_own", 1, false, m -> m.negateOwn() ? 1 : 0);
    merged("mg_minus_other", 1, false, m -> m.negateOther() ? 1 : 0);
    merged("mg_own_zero", ab, true, Merge::zeroOwn);
    merged("mg_other_zero", ab, true, Merge::zeroOther);
    merged("mg_zero", ab, true, Merge::zeroOut);
    merged("mg_lo", ab, true, m -> m.clamp().lo());
    merged("mg_hi", ab, true, m -> m.clamp().hi());
    if (multiplies()) {
      merged("mg_own", 42, false, m -> affine(m, f -> m.ownIsLeft() ? f.left() : f.right()));
      merged("mg_other", 42, false, m -> affine(m, f -> m.ownIsLeft() ? f.right() : f.left()));
      merged("mg_sum", 42, false, m -> affine(m, Addition.Affine::sum));
    } else {
      merged("mg_own_left", 6, false, m -> align(m, m.ownIsLeft()));
      merged("mg_other_left", 6, false, m -> align(m, !m.ownIsLeft()));
      merged("mg_right", 6, false, m -> Math.max(sum(m).shift(), 0));
      merged("mg_left", 5, false, m -> Math.max(-sum(m).shift(), 0));
      merged("mg_round", 2, false, m -> sum(m).rounding().ordinal());
      merged("mg_wrap", 1, false, m -> sum(m).overflow().ordinal());
    }
    field("keep", 1, false, s -> s instanceof LayerStep l && l.sideBase() >= 0 ? 1 : 0);
    layer("keep_base", w.sideAddress(), false, l -> Math.max(l.sideBase(), 0));
  }

  private void merged(String name, int width, boolean signed, ToLongFunction<Merge> value) {
    layer(
        name,
        width,
        signed,
        l -> l.post().merge() == null ? 0 : value.applyAsLong(l.post().merge()));
  }

  private static long affine(Merge m, Function<Addition.Affine, QuantizedMultiplier> which) {
    return m.addition() instanceof Addition.Affine f
        ? Parameters.multiplier(which.apply(f), f.policy())
        : 0;
  }

  private static long align(Merge m, boolean left) {
    return m.addition() instanceof Addition.FixedPoint f
        ? (left ? f.alignLeft() : f.alignRight())
        : 0;
  }

  private static final ShiftRequantization UNSHIFTED =
      new ShiftRequantization(0, 16, Rounding.FLOOR, Overflow.SATURATE);

  private static ShiftRequantization sum(Merge m) {
    return m.addition() instanceof Addition.FixedPoint f ? f.sum() : UNSHIFTED;
  }

  /** Whether requantization multiplies. */
  private boolean multiplies() {
    return plan.multiplies();
  }

  private static long modulo(int v, int bits) {
    return Math.floorMod(v, 1L << bits);
  }

  /** Bits of the number of beats of a weight load. */
  public int loadBeatBits() {
    return Math.max(
        10, Bits.forCount(plan.weightLoads().stream().mapToInt(WeightStep::beats).max().orElse(0)));
  }

  /** Bits of a beat number within a group. */
  public int beatBits() {
    return Bits.forIndex(plan.config().lanes() / plan.config().codesPerBeat());
  }

  private void requantization(Widths w) {
    if (multiplies()) {
      layer("req_zero", w.activation(), true, l -> l.post().layer().zero());
    }
    layer("lo", w.activation(), true, l -> l.clamp().lo());
    layer("hi", w.activation(), true, l -> l.clamp().hi());
    if (!multiplies()) {
      layer("right", 6, false, l -> Math.max(shift(l).shift(), 0));
      layer("left", 5, false, l -> Math.max(-shift(l).shift(), 0));
      layer("mode", 2, false, l -> shift(l).rounding().ordinal());
      layer("wrap", 1, false, l -> shift(l).overflow().ordinal());
    }
  }

  private static ShiftRequantization shift(LayerStep l) {
    return (ShiftRequantization) l.requantization();
  }

  private void pooling(Widths w) {
    int x = w.coordinate();
    field(
        "last_beat",
        x,
        false,
        s ->
            choose(s, 1, l -> l.pixelBeats(), l -> l.pixelBeats(), u -> u.layout().perPixel()) - 1);
    field(
        "last_x",
        x,
        false,
        s -> choose(s, 1, l -> l.rowPixels(), l -> l.windowsAcross(), u -> 1) - 1);
    field(
        "last_y",
        x,
        false,
        s -> choose(s, 1, l -> l.layout().shape().height(), l -> l.windowsDown(), u -> 1) - 1);
    layer("last_wx", x, false, l -> l.pool().width() - 1);
    layer("last_wy", x, false, l -> l.pool().height() - 1);
    layer("pool_cols", x, false, l -> l.pool().cols());
    layer("pool_rows", x, false, l -> l.pool().rows());
    layer("average", 1, false, l -> l.pool().average() ? 1 : 0);
    layer("pool_count", w.poolSum(), false, l -> l.pool().count());
    layer("pool_offset", w.poolSum(), false, l -> (long) l.pool().count() << (w.activation() - 1));
    layer("pool_reciprocal", w.reciprocal(), false, l -> l.pool().reciprocal(w.activation()));
    layer(
        "pool_shift", reciprocalShiftBits(), false, l -> l.pool().reciprocalShift(w.activation()));
    layer("pool_mode", 2, false, l -> l.pool().rounding().ordinal());
    layer("pool_lo", w.activation(), true, l -> l.pool().clamp().lo());
    layer("pool_hi", w.activation(), true, l -> l.pool().clamp().hi());
  }

  /** Bits of a pooling reciprocal's shift. */
  public int reciprocalShiftBits() {
    return 6;
  }
}
