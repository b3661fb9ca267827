package org.bitloom.cli.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.simulator.cycles.Timeline;

/**
 * A timeline in the Trace Event Format that Perfetto and Chrome open; a clock cycle is shown as a
 * microsecond.
 */
public final class TraceReport {
  private TraceReport() {}

  /** Writes the file. */
  public static void write(Path file, String network, Timeline timeline) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Map<String, Integer> tracks = new LinkedHashMap<>();
    try (JsonGenerator g = new JsonFactory().createGenerator(bytes)) {
      g.writeStartObject();
      g.writeStringField("displayTimeUnit", "ns");
      g.writeArrayFieldStart("traceEvents");
      metadata(g, "process_name", 0, network);
      for (Timeline.Span s : timeline.spans()) {
        Integer id = tracks.get(s.track());
        if (id == null) {
          id = tracks.size();
          tracks.put(s.track(), id);
          metadata(g, "thread_name", id, s.track());
        }
        g.writeStartObject();
        g.writeStringField("name", s.name());
        g.writeStringField("ph", "X");
        g.writeNumberField("pid", 0);
        g.writeNumberField("tid", id);
        g.writeNumberField("ts", s.from());
        g.writeNumberField("dur", s.to() - s.from() + 1);
        g.writeEndObject();
      }
      g.writeEndArray();
      g.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SafeWrite.bytes(file, bytes.toByteArray());
  }

  private static void metadata(JsonGenerator g, String what, int thread, String name)
      throws IOException {
    g.writeStartObject();
    g.writeStringField("name", what);
    g.writeStringField("ph", "M");
    g.writeNumberField("pid", 0);
    g.writeNumberField("tid", thread);
    g.writeObjectFieldStart("args");
    g.writeStringField("name", name);
    g.writeEndObject();
    g.writeEndObject();
  }
}
