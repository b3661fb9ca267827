package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.config.AcceleratorConfig;

/** Compiles a network for a machine: operations to passes, passes to addresses. */
public final class Planner {
  private final QuantizedNetwork network;
  private final AcceleratorConfig config;
  private final Drafting drafting;
  private final List<Draft> drafts;
  private final List<CodeTensor> tables = new ArrayList<>();
  private final Map<Integer, Integer> sideBases = new HashMap<>(); // map -> first word

  private Planner(QuantizedNetwork network, AcceleratorConfig config) {
    this.network = network;
    this.config = config;
    this.drafting = new Drafting(network, config.lanes(), Policies.of(network));
    this.drafts = drafting.run();
  }

  /** The plan, or one line with every reason why there is none. */
  public static Plan plan(QuantizedNetwork network, AcceleratorConfig config) {
    return new Planner(network, config).assemble();
  }

  private Plan assemble() {
    int unloadStep = drafts.size() + 1;
    int out = drafting.key(drafting.outTensor());
    Map<Integer, Layout> layouts = place(unloadStep, out);
    placeSides();
    int laneRows =
        drafts.stream()
            .filter(d -> d.scattered)
            .mapToInt(d -> Scatter.rowsMet(d.window) + 1)
            .max()
            .orElse(1);
    List<Step> steps = new ArrayList<>();
    steps.add(new LoadStep(network.input(), layouts.get(network.input())));
    int paramBase = 0;
    List<LayerStep> layers = new ArrayList<>();
    for (Draft d : drafts) {
      LayerStep step = step(d, layouts, laneRows, 0, paramBase);
      layers.add(step);
      paramBase += step.pixelBeats();
    }
    steps.addAll(new WeightPlan(network, config).place(layers));
    steps.add(new UnloadStep(drafting.outTensor(), layouts.get(out)));
    return new Plan(network, config, steps, WidthDerivation.of(network, config, steps));
  }

  private void fits(long need, int there, String what, String key) {
    if (need > there) {
      throw new BadInputException(
          network.name(),
          "needs " + need + " " + what + ", the accelerator has " + there,
          "set " + key + " to at least " + need + " or use more slices or lanes");
    }
  }

  private LayerStep step(
      Draft d, Map<Integer, Layout> layouts, int laneRows, int weightBase, int paramBase) {
    Layout in = layouts.get(d.in);
    Shape layer = network.tensor(d.layer.tensor()).shape();
    Operation first = d.operations.getFirst();
    Shape s = in.shape();
    Scatter scatter =
        d.scattered
            ? Scatter.of(d.window, s.height(), layer.height(), config.lanes(), laneRows)
            : null;
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
        scatter,
        d.weights,
        d.bias,
        d.requantization,
        d.clamp,
        post(d),
        layouts.get(d.key),
        sideBases.getOrDefault(d.key, -1),
        config,
        weightBase,
        paramBase);
  }

  private Post post(Draft d) {
    Table table = null;
    if (d.table != null) {
      int index = tables.indexOf(d.table);
      if (index < 0) {
        index = tables.size();
        tables.add(d.table);
      }
      table = new Table(index, d.tableFirst, d.table);
    }
    return new Post(d.layer, merge(d), d.merged, table, d.looked, d.pool, d.out);
  }

  private Merge merge(Draft d) {
    if (d.operand == Draft.NONE) {
      return null;
    }
    int base = sideBases.get(d.operand);
    Add a = d.add;
    if (a == null) {
      int zero = d.merged.zero();
      var full = org.bitloom.fixedpoint.network.Clamp.full(format(d.merged.tensor()));
      return new Merge(null, false, false, true, zero, zero, zero, full, base);
    }
    int left = format(a.left()).zeroCode();
    int right = format(a.right()).zeroCode();
    return new Merge(
        a.addition(),
        a.subtract() && !d.ownIsLeft,
        a.subtract() && d.ownIsLeft,
        d.ownIsLeft,
        d.ownIsLeft ? left : right,
        d.ownIsLeft ? right : left,
        format(a.output()).zeroCode(),
        a.clamp(),
        base);
  }

  private org.bitloom.fixedpoint.format.ActivationFormat format(int tensor) {
    return network.tensor(tensor).format();
  }

  // ---- memory
  // --------------------------------------------------------------------------------------

  private Map<Integer, Layout> place(int unloadStep, int out) {
    Map<Integer, Integer> dies = new HashMap<>();
    dies.put(out, unloadStep);
    for (int i = 0; i < drafts.size(); i++) {
      dies.merge(drafts.get(i).in, i + 1, Math::max);
    }
    MemoryMap features = new MemoryMap();
    MemoryMap rows = new MemoryMap();
    Map<Integer, Layout> layouts = new HashMap<>();
    for (int i = 0; i <= drafts.size(); i++) {
      int key = i == 0 ? network.input() : drafts.get(i - 1).key;
      boolean read = dies.containsKey(key);
      if (i > 0 && drafts.get(i - 1).side && !read) {
        continue; // only additions read it
      }
      Shape s = drafting.stored(key);
      View view = i == 0 ? null : drafts.get(i - 1).out;
      int zero = i == 0 ? network.inputSpec().format().zeroCode() : view.zero();
      boolean columns =
          i == 0
              && s.channels() < config.slices()
              && s.width() > 1
              && key != out
              && drafts.stream().noneMatch(d -> d.in == key && (d.dense || d.scattered));
      Layout l = new Layout(s, columns, config.slices(), zero, 0, 0);
      int last = dies.getOrDefault(key, i);
      long base = features.place(l.worstTokens(), i, last);
      long row = rows.place(s.height(), i, last);
      layouts.put(key, l.at((int) base, (int) row));
    }
    fits(
        features.used(),
        config.featureWords(),
        "tokens of feature memory in a slice",
        "feature_words");
    return layouts;
  }

  private void placeSides() {
    MemoryMap sides = new MemoryMap();
    for (int i = 0; i < drafts.size(); i++) {
      Draft d = drafts.get(i);
      if (d.side) {
        int last = i;
        for (int j = i + 1; j < drafts.size(); j++) {
          last = drafts.get(j).operand == d.key ? j : last;
        }
        Shape s = network.tensor(d.out.tensor()).shape();
        long words =
            (long) s.height() * s.width() * Math.ceilDiv(s.channels(), config.codesPerBeat());
        sideBases.put(d.key, (int) sides.place(words, i, last));
      }
    }
    fits(sides.used(), config.sideWords(), "beats of side memory", "side_words");
  }
}
