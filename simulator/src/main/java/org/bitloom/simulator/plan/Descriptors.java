package org.bitloom.simulator.plan;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
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
  private final List<ToLongFunction<Step>> values = new ArrayList<>();

  /** The fields for a plan, in a fixed order. */
  public Descriptors(Plan plan) {
    this.plan = plan;
    Widths w = plan.widths();
    tensors(w);
    windows(w);
    weights(w);
    requantization(w);
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
      long v = values.get(i).applyAsLong(step);
      long limit = 1L << f.width();
      if (v >= limit || v < (f.signed() ? -limit / 2 : 0) || f.signed() && v >= limit / 2) {
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
      word = word.or(BigInteger.valueOf(v & (limit - 1)).shiftLeft(f.lsb()));
    }
    return word;
  }

  private void field(String name, int width, boolean signed, ToLongFunction<Step> value) {
    int lsb = fields.isEmpty() ? 0 : bits();
    fields.add(new Field(name, width, signed, lsb));
    values.add(value);
  }

  /** A field that only layers have; 0 for the others. */
  private void layer(String name, int width, boolean signed, ToLongFunction<LayerStep> value) {
    field(name, width, signed, s -> s instanceof LayerStep l ? value.applyAsLong(l) : 0);
  }

  private static <T> T choose(
      Step s,
      Function<LoadStep, T> load,
      Function<LayerStep, T> layer,
      Function<UnloadStep, T> unload) {
    return switch (s) {
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
        s -> choose(s, l -> l.layout().columns(), l -> l.input().columns(), u -> false) ? 1 : 0);
    field(
        "in_zero",
        w.activation(),
        true,
        s -> choose(s, l -> 0, l -> l.input().zero(), u -> u.layout().zero()));
    field(
        "out_zero",
        w.activation(),
        true,
        s -> choose(s, l -> l.layout().zero(), l -> l.output().zero(), u -> 0));
    field(
        "out_base",
        w.featureAddress(),
        false,
        s -> choose(s, l -> l.layout().base(), l -> l.output().base(), u -> u.layout().base()));
    field(
        "out_row_base",
        w.rowAddress(),
        false,
        s -> choose(s, l -> l.layout().rowBase(), l -> l.output().rowBase(), u -> 0));
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
        l -> Math.floorMod(l.input().rowBase() - l.window().padTop(), 1 << row));
    layer("row_stride", row, false, l -> Math.floorMod(l.window().strideY(), 1 << row));
  }

  private void weights(Widths w) {
    int a = w.weightAddress();
    layer("weight_base", a, false, LayerStep::weightBase);
    layer("column_step", a, false, l -> modulo(l.columnWords(), a));
    layer("pixel_step", a, false, l -> modulo(l.columnStep() * l.columnWords(), a));
    layer("row_step", a, false, l -> modulo(l.window().width() * l.columnWords(), a));
    layer("group_step", a, false, l -> modulo(l.window().taps() * l.columnWords(), a));
    layer("param_base", w.paramAddress(), false, LayerStep::paramBase);
    layer("tail_beats", beatBits(), false, l -> l.beats(l.groups() - 1) - 1);
  }

  private static long modulo(int v, int bits) {
    return Math.floorMod(v, 1L << bits);
  }

  /** Bits of a beat number within a group. */
  public int beatBits() {
    return Bits.forIndex(plan.config().lanes() / plan.config().slices());
  }

  private void requantization(Widths w) {
    layer("lo", w.activation(), true, l -> l.clamp().lo());
    layer("hi", w.activation(), true, l -> l.clamp().hi());
    if (plan.layers().stream()
        .noneMatch(l -> l.requantization() instanceof MultiplierRequantization)) {
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
        s -> choose(s, l -> l.pixelBeats(), l -> l.pixelBeats(), u -> u.layout().perPixel()) - 1);
    field(
        "last_x", x, false, s -> choose(s, l -> l.rowPixels(), l -> l.windowsAcross(), u -> 1) - 1);
    field(
        "last_y",
        x,
        false,
        s -> choose(s, l -> l.layout().shape().height(), l -> l.windowsDown(), u -> 1) - 1);
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
