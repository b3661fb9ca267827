package org.bitloom.trainer.convert;

import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.trainer.layer.Gradients;

/** An operation's output while training: before rounding, as codes, as the reals they stand for. */
final class QuantizedOutput {
  final float[] real; // before rounding, in output steps
  final float[] code; // less the zero point
  final float[] y; // reals of the codes
  private final QuantizationAware model;
  private final Groups.Group group;
  private double[] seen = Range.nothing();

  QuantizedOutput(QuantizationAware model, Groups.Group group, int samples) {
    this.model = model;
    this.group = group;
    int n = samples * group.layer().output().size();
    real = new float[n];
    code = new float[n];
    y = new float[n];
  }

  private boolean relu() {
    return group.fused() != Groups.Fused.NONE;
  }

  private Clamp limits(QuantizationAware.Step step) {
    Clamp c = group.fused().clamp(step.out());
    int zero = step.out().zeroCode();
    return new Clamp(c.lo() - zero, c.hi() - zero);
  }

  /** Turns codes into reals. */
  float[] reals(int n, QuantizationAware.Step step) {
    double out = step.out().step();
    for (int i = 0; i < n; i++) {
      y[i] = (float) (code[i] * out);
    }
    return y;
  }

  /** Notes extremes and errors for tracked ranges. */
  void observe(int n, QuantizationAware.Step step) {
    double out = step.out().step();
    seen = Range.nothing();
    for (int i = 0; i < n; i++) {
      double v = (relu() ? Math.max(real[i], 0) : real[i]) * out;
      seen[0] = Math.min(seen[0], v);
      seen[1] = Math.max(seen[1], v);
    }
    if (step.out() instanceof QFormat) {
      Clamp c = limits(step);
      Integers.errors(real, n, c.lo(), c.hi(), out, seen);
    }
  }

  /** As {@link Range#track} takes it. */
  double[] seen() {
    return seen;
  }

  /**
   * The straight-through gradient of what was rounded: that of the codes, 0 where one was clipped;
   * a learned range takes its share.
   *
   * @param dy overwritten
   */
  void backward(float[] gradient, int n, QuantizationAware.Step step, Gradients g, float[] dy) {
    Clamp c = limits(step);
    Range range = group.chooses() ? model.learned(group) : null;
    if (range != null) {
      range.backward(gradient, real, code, n, c.lo(), c.hi(), g.of(range.bounds()));
    }
    float lo = relu() ? 0 : c.lo() - 0.5f;
    float hi = c.hi() + 0.5f;
    for (int i = 0; i < n; i++) {
      dy[i] = real[i] > lo && real[i] < hi ? gradient[i] : 0;
    }
  }
}
