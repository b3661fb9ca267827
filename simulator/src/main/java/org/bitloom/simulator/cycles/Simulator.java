package org.bitloom.simulator.cycles;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.LoadStep;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;
import org.bitloom.simulator.plan.UnloadStep;
import org.bitloom.simulator.plan.WeightStep;

/**
 * The integers and the exact cycles of a plan, without stepping the clock. Safe for concurrent use.
 */
public final class Simulator {
  /** Cycles of a bus transfer beyond its beats. */
  static final int TRANSFER = 2;

  private final Plan plan;
  private final FastExecutor executor;

  /** Prepares a plan. */
  public Simulator(Plan plan) {
    this.plan = plan;
    this.executor = new FastExecutor(plan.network());
  }

  /** The plan that is simulated. */
  public Plan plan() {
    return plan;
  }

  /** One inference on an input of the network's shape and format. */
  public SampleResult run(CodeTensor input) {
    return run(input, null);
  }

  /** The same, with every span of cycles written down. */
  public SampleResult run(CodeTensor input, Timeline timeline) {
    List<CodeTensor> tensors = executor.run(input);
    List<StepResult> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      steps.add(
          switch (step) {
            case LoadStep l -> transfer(l, tensors.get(l.tensor()), l.layout(), l.beats());
            case WeightStep w -> weights(w);
            case LayerStep l -> layer(l, tensors, timeline);
            case UnloadStep u -> transfer(u, tensors.get(u.tensor()), u.layout(), u.beats());
          });
      if (timeline != null) {
        timeline.step(steps.getLast());
      }
    }
    return new SampleResult(tensors, steps);
  }

  private StepResult transfer(Step step, CodeTensor tensor, Layout layout, int beats) {
    TokenCounts counts = new TokenCounts(tensor, layout, plan.config().runBits());
    Stalls stalls = new Stalls(0, 0, 0, 0, 0, 0, 0, 0, TRANSFER, beats);
    return new StepResult(
        step.name(), step.kind(), beats + TRANSFER, 0, 0, stalls, encoding(tensor, counts));
  }

  private static StepResult weights(WeightStep w) {
    long cycles = WeightTiming.cycles(w);
    Stalls stalls = new Stalls(0, 0, 0, 0, 0, 0, 0, 0, cycles - w.beats(), w.beats());
    return new StepResult(w.name(), w.kind(), cycles, 0, 0, stalls, Encoding.NONE);
  }

  private StepResult layer(LayerStep step, List<CodeTensor> tensors, Timeline timeline) {
    CodeTensor in = tensors.get(step.inTensor());
    TokenCounts counts = new TokenCounts(in, step.input(), plan.config().runBits());
    LayerCycles timing = LayerCycles.of(plan, step, counts, timeline);
    long macs = 0;
    long nonzero = 0;
    for (Operation op : step.operations()) {
      macs += plan.network().macs(op);
      nonzero += NonzeroMacs.of(plan.network(), op, tensors);
    }
    return new StepResult(
        step.name(),
        step.kind(),
        timing.cycles(),
        macs,
        nonzero,
        timing.stalls(nonzero),
        encoding(in, counts));
  }

  private Encoding encoding(CodeTensor t, TokenCounts counts) {
    return Encoding.of(t, plan.widths().activation(), plan.config().runBits(), counts);
  }
}
