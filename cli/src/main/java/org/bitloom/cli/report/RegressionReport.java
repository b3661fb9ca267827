package org.bitloom.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bitloom.codegen.regress.CaseResult;
import org.bitloom.codegen.regress.Check;

/** A regression's result as text, JSON and JUnit XML. */
public final class RegressionReport {
  private RegressionReport() {}

  private static String link(Check c) {
    return c.link().name().toLowerCase(Locale.ROOT);
  }

  private static String describe(Check c) {
    return (c.layer() == null ? "" : "layer " + c.layer() + ": ") + c.message();
  }

  /** For people: a line a case, the broken links below it. */
  public static String text(List<CaseResult> results) {
    StringBuilder s = new StringBuilder();
    int failed = 0;
    for (CaseResult r : results) {
      s.append(
          String.format(
              Locale.ROOT,
              "%-6s %-28s %5.1f s  %s%n",
              r.passed() ? "ok" : "FAILED",
              r.name(),
              r.seconds(),
              r.passed()
                  ? r.checks().size() + " links"
                  : "first broken link: " + link(r.broken())));
      r.changes().forEach(c -> s.append("       recorded: ").append(c).append('\n'));
      for (Check c : r.checks()) {
        if (!c.passed()) {
          s.append("       ").append(link(c)).append(": ").append(describe(c)).append('\n');
        }
      }
      failed += r.passed() ? 0 : 1;
    }
    return s + (results.size() + " cases, " + failed + " failed");
  }

  /** For programs. */
  public static String json(String suite, List<CaseResult> results) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode o = mapper.createObjectNode();
    o.put("suite", suite);
    o.put("passed", results.stream().allMatch(CaseResult::passed));
    var cases = o.putArray("cases");
    for (CaseResult r : results) {
      ObjectNode c = cases.addObject();
      c.put("name", r.name()).put("passed", r.passed()).put("seconds", r.seconds());
      if (r.broken() != null) {
        c.put("broken_link", link(r.broken())).put("broken_layer", r.broken().layer());
      }
      c.set("changes", mapper.valueToTree(r.changes()));
      var checks = c.putArray("links");
      for (Check k : r.checks()) {
        checks
            .addObject()
            .put("link", link(k))
            .put("passed", k.passed())
            .put("layer", k.layer())
            .put("message", k.message());
      }
    }
    return o.toString();
  }

  /** For CI systems. */
  public static void junit(Path file, String suite, List<CaseResult> results) {
    List<JUnitXml.Case> cases =
        results.stream()
            .flatMap(
                r ->
                    r.checks().stream()
                        .map(
                            c ->
                                new JUnitXml.Case(
                                    "bitloom." + r.name(),
                                    link(c)
                                        + (c.passed() || c.layer() == null
                                            ? ""
                                            : " at " + c.layer()),
                                    c.link() == Check.Link.RTL ? r.seconds() : 0,
                                    c.passed() ? null : describe(c))))
            .toList();
    double seconds = results.stream().mapToDouble(CaseResult::seconds).sum();
    JUnitXml.write(file, "bitloom regress " + suite, seconds, cases);
  }
}
