package org.bitloom.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.StepResult;

/**
 * Means over samples.
 *
 * @param steps of each step
 */
public record MeanResult(List<Step> steps) {

  /**
   * A step's means; the bits are of the map it reads.
   *
   * @param causes cycles by cause, summing up to {@code cycles}
   */
  public record Step(
      String name,
      String kind,
      double cycles,
      double macs,
      double nonzeroMacs,
      Map<String, Double> causes,
      double density,
      double dense,
      double rle,
      double bitmask,
      double entropy) {}

  /** The means of at least one sample. */
  public static MeanResult of(List<SampleResult> samples) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < samples.getFirst().steps().size(); i++) {
      int step = i;
      steps.add(mean(samples.stream().map(s -> s.steps().get(step)).toList()));
    }
    return new MeanResult(steps);
  }

  private static Step mean(List<StepResult> all) {
    StepResult first = all.getFirst();
    Map<String, Double> causes = new LinkedHashMap<>();
    for (StepResult s : all) {
      JsonReport.causes(s).forEach((k, v) -> causes.merge(k, (double) v / all.size(), Double::sum));
    }
    return new Step(
        first.name(),
        first.kind(),
        mean(all, StepResult::cycles),
        mean(all, StepResult::macs),
        mean(all, StepResult::nonzeroMacs),
        causes,
        mean(all, s -> s.encoding().density()),
        mean(all, s -> s.encoding().dense()),
        mean(all, s -> s.encoding().rle()),
        mean(all, s -> s.encoding().bitmask()),
        mean(all, s -> s.encoding().entropy()));
  }

  private static double mean(List<StepResult> all, ToDoubleFunction<StepResult> f) {
    return all.stream().mapToDouble(f).sum() / all.size();
  }

  /** Cycles of an inference. */
  public double cycles() {
    return steps.stream().mapToDouble(Step::cycles).sum();
  }

  /** Multiply-accumulates of an inference. */
  public double macs() {
    return steps.stream().mapToDouble(Step::macs).sum();
  }

  /** Those with a non-zero activation. */
  public double nonzeroMacs() {
    return steps.stream().mapToDouble(Step::nonzeroMacs).sum();
  }

  /** Bits of all maps but the output, dense. */
  public double dense() {
    return steps.stream().filter(s -> s.macs() > 0).mapToDouble(Step::dense).sum();
  }

  /** The same run-length coded. */
  public double rle() {
    return steps.stream().filter(s -> s.macs() > 0).mapToDouble(Step::rle).sum();
  }
}
