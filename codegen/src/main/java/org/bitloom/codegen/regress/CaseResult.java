package org.bitloom.codegen.regress;

import java.util.List;

/**
 * What a case gave.
 *
 * @param name of the case
 * @param checks in the order of the chain
 * @param changes what recording changed, readable
 * @param seconds it took
 */
public record CaseResult(String name, List<Check> checks, List<String> changes, double seconds) {
  /** Whether everything held. */
  public boolean passed() {
    return checks.stream().allMatch(Check::passed);
  }

  /** The first link that broke, or null. */
  public Check broken() {
    return checks.stream().filter(c -> !c.passed()).findFirst().orElse(null);
  }
}
