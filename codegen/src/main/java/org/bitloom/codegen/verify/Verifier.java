package org.bitloom.codegen.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;

/**
 * Writes the project, builds it in Verilator, runs it on simulated samples and compares everything.
 */
public final class Verifier {
  /** Clock cycles below which compiling the model well takes longer than running it. */
  private static final long SHORT_RUN = 30_000;

  private final Plan plan;
  private final ProjectFolder project;
  private final Listener listener;

  /** Watches the stages. */
  public interface Listener {
    /** Watches nothing. */
    Listener NONE =
        new Listener() {
          @Override
          public void stage(String name) {}

          @Override
          public void note(String text) {}
        };

    /** A stage begins: {@code generate}, {@code build}, {@code run} or {@code wave}. */
    void stage(String name);

    /** Something the user should know. */
    void note(String text);
  }

  /**
   * How to run.
   *
   * @param seed of the random stalls
   * @param stallPercent how often each bus waits, 0 to 99
   * @param waveOnMismatch whether a difference is rerun with a waveform
   */
  public record Options(int seed, int stallPercent, boolean waveOnMismatch) {}

  /** A verification of a plan in a folder. */
  public Verifier(Plan plan, Path folder, Listener listener) {
    this.plan = plan;
    this.project = new ProjectFolder(folder, plan);
    this.listener = listener;
  }

  /** Compares; the samples are what {@link org.bitloom.simulator.cycles.Simulator} gave. */
  public VerifyResult verify(List<SampleResult> samples, Options options) {
    Tool.requireVerilator();
    long t0 = System.nanoTime();
    listener.stage("generate");
    List<String> edited = project.write(false);
    if (!edited.isEmpty()) {
      listener.note(
          String.join(", ", edited)
              + " in "
              + project.path()
              + " was edited by hand and is checked as it is");
    }
    SafeWrite.bytes(project.path().resolve("vectors.bin"), Vectors.encode(plan, samples));
    long t1 = System.nanoTime();
    listener.stage("build");
    long cycles = samples.stream().mapToLong(SampleResult::cycles).sum();
    String level = cycles < SHORT_RUN ? "OPT=-O0" : "OPT=-O1";
    Tool.Output build = Tool.run(project.path(), List.of("make", "-s", "obj/bench", level));
    if (build.status() != 0) {
      throw new BadInputException(
          project.path().toString(),
          "does not build in Verilator: " + build.tail(6),
          "correct the Verilog");
    }
    long t2 = System.nanoTime();
    listener.stage("run");
    JsonNode result = bench(options);
    long t3 = System.nanoTime();
    VerifyResult r =
        result(result, new VerifyResult.Seconds((t1 - t0) / 1e9, (t2 - t1) / 1e9, (t3 - t2) / 1e9));
    if (r.first() != null && options.waveOnMismatch()) {
      listener.stage("wave");
      wave(r.first().cycle());
    }
    return r;
  }

  private JsonNode bench(Options o) {
    List<String> command = new ArrayList<>(List.of("obj/bench", "vectors.bin", "result.json"));
    if (o.stallPercent() > 0) {
      command.addAll(List.of("--seed", "" + o.seed(), "--stall", "" + o.stallPercent()));
    }
    Path file = project.path().resolve("result.json");
    try {
      Files.deleteIfExists(file);
      command.set(0, project.path().resolve("obj/bench").toAbsolutePath().toString());
      Tool.Output run = Tool.run(project.path(), command);
      if (run.status() > 1 || !Files.exists(file)) {
        throw new BadInputException(
            project.path().toString(),
            "bench ended with status " + run.status() + ": " + run.tail(3),
            "see its output with make");
      }
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new BadInputException(
          file.toString(), "cannot be read (" + e.getMessage() + ")", "run it again", e);
    }
  }

  private void wave(long cycle) {
    long from = Math.max(0, cycle - 200);
    Tool.Output w =
        Tool.run(
            project.path(), List.of("make", "-s", "wave", "FROM=" + from, "TO=" + (cycle + 20)));
    Path file = project.path().resolve("wave.fst");
    listener.note(
        Files.exists(file)
            ? "waveform of cycles " + from + " to " + (cycle + 20) + ": " + file
            : "no waveform: " + w.tail(2));
  }

  private VerifyResult result(JsonNode r, VerifyResult.Seconds seconds) {
    List<List<Long>> cycles = new ArrayList<>();
    for (JsonNode sample : r.path("cycles")) {
      List<Long> steps = new ArrayList<>();
      sample.forEach(c -> steps.add(c.asLong()));
      cycles.add(steps);
    }
    long mismatches = r.path("mismatches").asLong();
    long cycleMismatches = r.path("cycle_mismatches").asLong();
    return new VerifyResult(
        r.path("samples").asInt(),
        r.path("values_compared").asLong(),
        mismatches,
        mismatches == cycleMismatches,
        cycleMismatches == 0,
        r.path("first").isNull() ? null : mismatch(r.path("first")),
        cycles,
        seconds);
  }

  private Mismatch mismatch(JsonNode f) {
    Step step = plan.steps().get(f.path("step").asInt());
    String tap = f.path("tap").asText();
    int sample = f.path("sample").asInt();
    String tensor = null;
    List<Integer> index = null;
    if (List.of("layer", "merge", "table", "pool", "output").contains(tap)) {
      int t = tensorOf(step, tap);
      Shape shape =
          tap.equals("output") ? plan.unload().layout().shape() : plan.network().tensor(t).shape();
      int lanes = tap.equals("output") ? plan.config().slices() : plan.config().codesPerBeat();
      int beats = Math.ceilDiv(shape.channels(), lanes);
      int pixel = f.path("beat").asInt() / beats;
      int channel = f.path("beat").asInt() % beats * lanes + f.path("lane").asInt();
      tensor = plan.network().tensor(t).name();
      index = List.of(sample, pixel / shape.width(), pixel % shape.width(), channel);
      tap = "value";
    }
    return new Mismatch(
        sample,
        step.name(),
        tap,
        tensor,
        index,
        f.path("expected").asLong(),
        f.path("found").asLong(),
        f.path("cycle").asLong());
  }

  private int tensorOf(Step step, String tap) {
    return step instanceof LayerStep l
        ? Vectors.taps(l)[List.of("layer", "merge", "table", "pool").indexOf(tap)].tensor()
        : plan.unload().tensor();
  }
}
