package org.bitloom.cli.report;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.bitloom.fixedpoint.file.SafeWrite;

/** The XML that CI systems read: one test suite. */
final class JUnitXml {
  private JUnitXml() {}

  /**
   * A test.
   *
   * @param failure what was wrong, null if nothing
   */
  record Case(String classname, String name, double seconds, String failure) {}

  static void write(Path file, String name, double seconds, List<Case> cases) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter x = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      x.writeStartDocument("UTF-8", "1.0");
      x.writeStartElement("testsuite");
      x.writeAttribute("name", printable(name));
      x.writeAttribute("tests", String.valueOf(cases.size()));
      long failures = cases.stream().filter(c -> c.failure != null).count();
      x.writeAttribute("failures", String.valueOf(failures));
      x.writeAttribute("errors", "0");
      x.writeAttribute("skipped", "0");
      x.writeAttribute("time", time(seconds));
      for (Case c : cases) {
        x.writeStartElement("testcase");
        x.writeAttribute("classname", printable(c.classname));
        x.writeAttribute("name", printable(c.name));
        x.writeAttribute("time", time(c.seconds));
        if (c.failure != null) {
          x.writeStartElement("failure");
          x.writeAttribute("message", printable(c.failure));
          x.writeAttribute("type", "mismatch");
          x.writeCharacters(printable(c.failure));
          x.writeEndElement();
        }
        x.writeEndElement();
      }
      x.writeEndElement();
      x.writeEndDocument();
      x.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    SafeWrite.text(file, text.toString());
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  private static String printable(String s) {
    return s.replaceAll("\\p{Cntrl}", "?");
  }
}
