package org.bitloom.simulator.cycles;

import java.util.List;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * One inference.
 *
 * @param tensors every tensor of the network
 * @param steps every step of the plan
 */
public record SampleResult(List<CodeTensor> tensors, List<StepResult> steps) {

  /** Copies. */
  public SampleResult {
    steps = List.copyOf(steps);
  }

  /** Cycles from the first input beat to the last output beat, buses never waiting. */
  public long cycles() {
    return steps.stream().mapToLong(StepResult::cycles).sum();
  }

  /** Multiply-accumulates. */
  public long macs() {
    return steps.stream().mapToLong(StepResult::macs).sum();
  }

  /** Multiply-accumulates with a non-zero activation. */
  public long nonzeroMacs() {
    return steps.stream().mapToLong(StepResult::nonzeroMacs).sum();
  }
}
