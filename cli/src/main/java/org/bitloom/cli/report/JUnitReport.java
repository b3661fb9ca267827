package org.bitloom.cli.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.Plan;

/** A verification as JUnit XML: one test case for the values and one for each step's cycles. */
public final class JUnitReport {
  private static final String CLASS = "bitloom.verify";

  private JUnitReport() {}

  /** Writes the file. */
  public static void write(Path file, Plan plan, List<SampleResult> samples, VerifyResult r) {
    List<JUnitXml.Case> cases = new ArrayList<>();
    cases.add(
        new JUnitXml.Case(
            CLASS, "values", r.seconds().run(), r.bitExact() ? null : r.first().describe()));
    for (int i = 0; i < plan.steps().size(); i++) {
      cases.add(
          new JUnitXml.Case(
              CLASS,
              "cycles of " + i + " " + plan.steps().get(i).name(),
              0,
              differs(i, samples, r) ? "cycles differ" : null));
    }
    JUnitXml.write(file, "bitloom verify " + plan.network().name(), r.seconds().run(), cases);
  }

  private static boolean differs(int step, List<SampleResult> samples, VerifyResult r) {
    for (int n = 0; n < samples.size(); n++) {
      boolean there = n < r.rtlCycles().size() && step < r.rtlCycles().get(n).size();
      if (!r.cycleExact()
          && (!there
              || r.rtlCycles().get(n).get(step) != samples.get(n).steps().get(step).cycles())) {
        return true;
      }
    }
    return false;
  }
}
