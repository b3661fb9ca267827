package org.bitloom.codegen.fuzz;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;

/** Makes a failing case smaller as long as it still fails. */
public final class Shrinker {
  private final Predicate<FuzzCase> fails;
  private FuzzCase best;
  private int attempts;

  /**
   * @param fails runs a case; true if it still fails
   * @param attempts how many runs it may cost
   */
  public Shrinker(FuzzCase failing, Predicate<FuzzCase> fails, int attempts) {
    this.best = failing;
    this.fails = fails;
    this.attempts = attempts;
  }

  /** The smallest case found. */
  public FuzzCase shrink() {
    tryOut(best.withoutStalls());
    for (CodeTensor x : best.inputs()) {
      if (best.inputs().size() > 1 && tryOut(best.withInputs(List.of(x)))) {
        break;
      }
    }
    while (cutEnd() || cutBeginning()) {
      // each success may allow another
    }
    machine();
    silence();
    return best;
  }

  private boolean tryOut(FuzzCase c) {
    if (c == null || attempts <= 0) {
      return false;
    }
    attempts--;
    if (!fails.test(c)) {
      return false;
    }
    best = c;
    return true;
  }

  /** Ends the network at an earlier operation. */
  private boolean cutEnd() {
    List<Operation> ops = best.network().operations();
    for (int end = 1; end < ops.size(); end++) {
      QuantizedNetwork n = part(best.network(), best.network().input(), ops.get(end - 1).output());
      if (n != null
          && n.operations().size() < ops.size()
          && tryOut(best.withNetwork(n, best.inputs()))) {
        return true;
      }
    }
    return false;
  }

  /** Begins the network at a later tensor, with the codes that were there. */
  private boolean cutBeginning() {
    QuantizedNetwork whole = best.network();
    for (int i = whole.operations().size() - 2; i >= 0; i--) {
      int tensor = whole.operations().get(i).output();
      QuantizedNetwork n = part(whole, tensor, whole.output());
      if (n != null && n.operations().size() < whole.operations().size()) {
        FastExecutor e = new FastExecutor(whole);
        List<CodeTensor> in = best.inputs().stream().map(x -> e.run(x).get(tensor)).toList();
        if (tryOut(best.withNetwork(n, in))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The operations between two tensors; null if they need others. */
  private static QuantizedNetwork part(QuantizedNetwork n, int input, int output) {
    Set<Integer> wanted = new HashSet<>(List.of(output));
    List<Operation> kept = new ArrayList<>();
    for (Operation op : n.operations().reversed()) {
      if (op.output() != input && wanted.contains(op.output())) {
        kept.addFirst(op);
        wanted.addAll(op.inputs());
      }
    }
    Set<Integer> written = new HashSet<>(List.of(input));
    kept.forEach(o -> written.add(o.output()));
    return kept.isEmpty() || !written.containsAll(wanted)
        ? null
        : new QuantizedNetwork(n.name(), n.tensors(), input, output, kept);
  }

  private void machine() {
    AcceleratorConfig c = best.config();
    for (AcceleratorConfig simpler :
        List.of(
            machine(c, 2, 2, 1, 1, 4),
            machine(c, c.slices(), c.slices(), 1, 1, 4),
            machine(c, c.slices(), c.lanes(), 1, 1, 4),
            machine(c, c.slices(), c.lanes(), c.requantizers(), 1, 4))) {
      if (!simpler.equals(c) && tryOut(best.withConfig(simpler))) {
        return;
      }
    }
  }

  private static AcceleratorConfig machine(
      AcceleratorConfig c, int slices, int lanes, int requantizers, int stages, int depth) {
    return new AcceleratorConfig(
        slices,
        lanes,
        c.runBits(),
        depth,
        requantizers,
        stages,
        c.featureWords(),
        c.weightWords(),
        c.sideWords(),
        c.weightBus());
  }

  /** Sets halves, quarters, ... of the input to zero. */
  private void silence() {
    int size = best.network().inputSpec().shape().size();
    int zero = best.network().inputSpec().format().zeroCode();
    for (int part = Math.ceilDiv(size, 2); part >= 1 && attempts > 0; part /= 2) {
      for (int from = 0; from < size && attempts > 0; from += part) {
        int[] codes = best.inputs().getFirst().toArray();
        boolean changed = false;
        for (int i = from; i < Math.min(from + part, size); i++) {
          changed |= codes[i] != zero;
          codes[i] = zero;
        }
        if (changed && best.inputs().size() == 1) {
          tryOut(
              best.withInputs(List.of(CodeTensor.wrap(best.inputs().getFirst().shape(), codes))));
        }
      }
    }
  }
}
