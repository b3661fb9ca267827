package org.bitloom.simulator.cycles;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
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
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.LoadStep;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;
import org.bitloom.simulator.plan.UnloadStep;

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
    List<CodeTensor> tensors = executor.run(input);
    List<StepResult> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      steps.add(
          switch (step) {
            case LoadStep l -> transfer(l, tensors.get(l.tensor()), l.layout(), l.beats());
            case LayerStep l -> layer(l, tensors);
            case UnloadStep u -> transfer(u, tensors.get(u.tensor()), u.layout(), u.beats());
          });
    }
    return new SampleResult(tensors, steps);
  }

  private StepResult transfer(Step step, CodeTensor tensor, Layout layout, int beats) {
    TokenCounts counts = new TokenCounts(tensor, layout, plan.config().runBits());
    Stalls stalls = new Stalls(0, 0, 0, 0, 0, 0, 0, 0, TRANSFER, beats);
    return new StepResult(
        step.name(), step.kind(), beats + TRANSFER, 0, 0, stalls, encoding(tensor, counts));
  }

  private StepResult layer(LayerStep step, List<CodeTensor> tensors) {
    CodeTensor in = tensors.get(step.inTensor());
    TokenCounts counts = new TokenCounts(in, step.input(), plan.config().runBits());
    LayerTiming timing = new LayerTiming(step, counts, plan.config().fifoDepth()).run();
    long macs = 0;
    long nonzero = 0;
    for (Operation op : step.operations()) {
      macs += plan.network().macs(op);
      nonzero += nonzeroMacs(op, tensors, timing);
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

  private long nonzeroMacs(Operation op, List<CodeTensor> tensors, LayerTiming timing) {
    return switch (op) {
      case Conv2d c when c.window().dilationX() == 1 && c.window().dilationY() == 1 ->
          timing.usefulPerPass() * (c.outChannels() / c.groups());
      case Conv2d c -> dilatedNonzero(c, tensors.get(c.input()));
      case Dense d -> timing.usefulPerPass() * d.bias().size();
      case MaxPool2d p -> 0;
      case AveragePool2d p -> 0;
      case Relu r -> 0;
      case Flatten f -> 0;
      case Mean x -> 0;
      case Add x -> 0;
      case Multiply x -> 0;
      case Concatenate x -> 0;
      case Requantize x -> 0;
      case Trim x -> 0;
      case Pad x -> 0;
      case Lookup x -> 0;
      case Softmax x -> 0;
      case Constant x -> 0;
    };
  }

  /** A dilated kernel walks over pixels that meet no tap: count those that do. */
  private long dilatedNonzero(Conv2d op, CodeTensor in) {
    Shape out = plan.network().tensor(op.output()).shape();
    int zero = plan.network().tensor(op.input()).format().zeroCode();
    var w = op.window();
    long n = 0;
    for (int oy = 0; oy < out.height(); oy++) {
      for (int ox = 0; ox < out.width(); ox++) {
        for (int t = 0; t < w.taps(); t++) {
          int y = oy * w.strideY() - w.padTop() + t / w.width() * w.dilationY();
          int x = ox * w.strideX() - w.padLeft() + t % w.width() * w.dilationX();
          if (y >= 0 && y < in.shape().height() && x >= 0 && x < in.shape().width()) {
            for (int c = 0; c < in.shape().channels(); c++) {
              n += in.get(y, x, c) != zero ? 1 : 0;
            }
          }
        }
      }
    }
    return n * (op.outChannels() / op.groups());
  }
}
