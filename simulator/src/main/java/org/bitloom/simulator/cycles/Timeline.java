package org.bitloom.simulator.cycles;

import java.util.ArrayList;
import java.util.List;

/** What the machine does when: spans of clock cycles on named tracks. */
public final class Timeline {
  /**
   * A span.
   *
   * @param track {@code steps}, {@code slice 0}, ..., {@code drain}
   * @param name what happens
   * @param from first cycle
   * @param to last cycle
   */
  public record Span(String track, String name, long from, long to) {}

  private final List<Span> spans = new ArrayList<>();
  private long offset; // of the current step

  /** All spans, each track in order of time. */
  public List<Span> spans() {
    return List.copyOf(spans);
  }

  void step(StepResult s) {
    spans.add(new Span("steps", s.name(), offset, offset + s.cycles() - 1));
    offset += s.cycles();
  }

  void slice(int s, String name, long from, long to) {
    if (to >= from) {
      spans.add(new Span("slice " + s, name, offset + from, offset + to));
    }
  }

  void drain(long from, long to) {
    spans.add(new Span("drain", "results", offset + from, offset + to));
  }
}
