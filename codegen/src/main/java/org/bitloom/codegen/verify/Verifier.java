package org.bitloom.codegen.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;

/**
 * Writes the project, builds it in Verilator, runs it on simulated samples and compares everything.
 */
public final class Verifier {
  /** Clock cycles below which compiling the model well takes longer than running it. */
  private static final long SHORT_RUN = 30_000;

  private static final String VECTORS = "vectors.bin";
  private static final String SMALLER = "smaller.bin";

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
   * @param diagnose whether a difference is rerun with a waveform and a smaller input
   * @param rtl a folder of Verilog to check instead of the emitted one, or null
   */
  public record Options(int seed, int stallPercent, boolean diagnose, Path rtl) {
    /** The emitted Verilog. */
    public Options(int seed, int stallPercent, boolean diagnose) {
      this(seed, stallPercent, diagnose, null);
    }
  }

  /** A verification of a plan in a folder. */
  public Verifier(Plan plan, Path folder, Listener listener) {
    this.plan = plan;
    this.project = new ProjectFolder(folder, plan);
    this.listener = listener;
  }

  /**
   * Compares; the samples are what {@link org.bitloom.simulator.cycles.Simulator} gave. One
   * verification at a time uses a folder, others wait.
   */
  public VerifyResult verify(List<SampleResult> samples, Options options) {
    Tool.requireVerilator();
    try (FolderLock _ = FolderLock.of(project.path())) {
      return locked(samples, options);
    }
  }

  private VerifyResult locked(List<SampleResult> samples, Options options) {
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
    SafeWrite.bytes(project.path().resolve(VECTORS), Vectors.encode(plan, samples));
    long t1 = System.nanoTime();
    listener.stage("build");
    ForeignRtl rtl = options.rtl() == null ? null : ForeignRtl.of(options.rtl());
    if (rtl != null && !rtl.taps()) {
      listener.note("no tap_ outputs: only outputs and cycle counters are compared");
    }
    long cycles = samples.stream().mapToLong(SampleResult::cycles).sum();
    List<String> make = new ArrayList<>(List.of("make", "-s"));
    make.add(cycles < SHORT_RUN ? "OPT=-O0" : "OPT=-O1");
    if (rtl != null) {
      make.addAll(rtl.makeVariables());
    }
    String obj = rtl == null ? "obj" : rtl.objects();
    make.add(obj + "/bench");
    Tool.Output build = Tool.run(project.path(), make);
    if (build.status() != 0) {
      throw new BadInputException(
          rtl == null ? project.path().toString() : options.rtl().toString(),
          "does not build in Verilator: " + build.tail(6),
          "correct the Verilog");
    }
    long t2 = System.nanoTime();
    listener.stage("run");
    JsonNode result = bench(obj, VECTORS, options);
    long t3 = System.nanoTime();
    VerifyResult r =
        result(
            result,
            new VerifyResult.Seconds((t1 - t0) / 1e9, (t2 - t1) / 1e9, (t3 - t2) / 1e9),
            new MismatchReport(plan, samples));
    if (r.first() != null && options.diagnose()) {
      listener.stage("wave");
      wave(r.first(), rtl);
      smaller(samples.get(r.first().sample()), obj, options);
    }
    return r;
  }

  /** Writes the smallest input found that still differs. */
  private void smaller(SampleResult failing, String obj, Options options) {
    CodeTensor input = failing.tensors().get(plan.network().input());
    Simulator simulator = new Simulator(plan);
    CodeTensor small =
        new SmallerInput(
                plan.network().inputSpec().format().zeroCode(),
                x -> {
                  byte[] vectors = Vectors.encode(plan, List.of(simulator.run(x)));
                  SafeWrite.bytes(project.path().resolve(SMALLER), vectors);
                  return bench(obj, SMALLER, options).path("mismatches").asLong() > 0;
                })
            .of(input);
    if (small == null) {
      listener.note("the sample alone does not differ: what came before matters");
      return;
    }
    Path file = project.path().resolve("smallest-input.npy");
    NpyFile.write(file, small, NpyFile.Width.of(plan.network().inputSpec().format().bits()));
    int zero = plan.network().inputSpec().format().zeroCode();
    long left = java.util.Arrays.stream(small.toArray()).filter(c -> c != zero).count();
    listener.note("smallest input that still differs (" + left + " non-zero codes): " + file);
  }

  private JsonNode bench(String obj, String vectors, Options o) {
    List<String> command = new ArrayList<>(List.of(obj + "/bench", vectors, "result.json"));
    if (o.stallPercent() > 0) {
      command.addAll(List.of("--seed", "" + o.seed(), "--stall", "" + o.stallPercent()));
    }
    Path file = project.path().resolve("result.json");
    try {
      Files.deleteIfExists(file);
      command.set(0, project.path().resolve(obj + "/bench").toAbsolutePath().toString());
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

  private void wave(Mismatch first, ForeignRtl rtl) {
    long from = Math.max(0, first.cycle() - 200);
    long to = first.cycle() + 20;
    List<String> make = new ArrayList<>(List.of("make", "-s", "wave", "FROM=" + from, "TO=" + to));
    if (rtl != null) {
      make.addAll(rtl.makeVariables());
    }
    Tool.Output w = Tool.run(project.path(), make);
    Path file = project.path().resolve("wave.fst");
    if (!Files.exists(file)) {
      listener.note("no waveform: " + w.tail(2));
      return;
    }
    StringBuilder list = new StringBuilder("[dumpfile] \"wave.fst\"\n[timestart] " + 2 * from);
    for (String signal :
        List.of(
            "bl_top.clk",
            "bl_top.tap_step",
            "bl_top.u_core.u_sequencer.state_q",
            "bl_top.u_core.acc",
            first.signal())) {
      list.append("\nTOP.").append(signal);
    }
    SafeWrite.text(project.path().resolve("wave.gtkw"), list.append("\n").toString());
    listener.note(
        "waveform of cycles " + from + " to " + to + ": " + file + ", signals: wave.gtkw");
  }

  private VerifyResult result(JsonNode r, VerifyResult.Seconds seconds, MismatchReport report) {
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
        r.path("first").isNull() ? null : report.of(r.path("first")),
        cycles,
        seconds);
  }
}
