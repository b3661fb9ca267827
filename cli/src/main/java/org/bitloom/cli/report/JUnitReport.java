package org.bitloom.cli.report;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.Plan;

/** A verification as JUnit XML: one test case for the values and one for each step's cycles. */
public final class JUnitReport {
  private JUnitReport() {}

  /** Writes the file. */
  public static void write(Path file, Plan plan, List<SampleResult> samples, VerifyResult r) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter x = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      x.writeStartDocument("UTF-8", "1.0");
      int failures =
          (r.bitExact() ? 0 : 1)
              + (int)
                  plan.steps().stream()
                      .filter(s -> differs(plan.steps().indexOf(s), samples, r))
                      .count();
      x.writeStartElement("testsuite");
      x.writeAttribute("name", "bitloom verify " + printable(plan.network().name()));
      x.writeAttribute("tests", String.valueOf(plan.steps().size() + 1));
      x.writeAttribute("failures", String.valueOf(failures));
      x.writeAttribute("errors", "0");
      x.writeAttribute("skipped", "0");
      x.writeAttribute("time", String.format(Locale.ROOT, "%.3f", r.seconds().run()));
      testCase(x, "values", r.bitExact() ? null : r.first().describe());
      for (int i = 0; i < plan.steps().size(); i++) {
        testCase(
            x,
            "cycles of " + i + " " + printable(plan.steps().get(i).name()),
            differs(i, samples, r) ? "cycles differ" : null);
      }
      x.writeEndElement();
      x.writeEndDocument();
      x.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    SafeWrite.text(file, text.toString());
  }

  private static String printable(String s) {
    return s.replaceAll("\\p{Cntrl}", "?");
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

  private static void testCase(XMLStreamWriter x, String name, String failure)
      throws XMLStreamException {
    x.writeStartElement("testcase");
    x.writeAttribute("classname", "bitloom.verify");
    x.writeAttribute("name", name);
    x.writeAttribute("time", "0");
    if (failure != null) {
      x.writeStartElement("failure");
      x.writeAttribute("message", failure);
      x.writeAttribute("type", "mismatch");
      x.writeEndElement();
    }
    x.writeEndElement();
  }
}
