package org.bitloom.codegen.regress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.fixedpoint.error.BitloomException;
import org.bitloom.fixedpoint.file.YamlFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;

/** Runs a suite: every case through every link, cases side by side. */
public final class Regression {
  private final Suite suite;
  private final Path folder;
  private final Path work;
  private final Host host;

  /**
   * @param file the suite
   * @param work folder for the hardware's projects
   */
  public Regression(Path file, Path work, Host host) {
    this.suite = YamlFile.read(file, Suite.class);
    this.folder = file.toAbsolutePath().getParent();
    this.work = work;
    this.host = host;
  }

  /** The suite. */
  public Suite suite() {
    return suite;
  }

  /** Checks every case, or records them anew; results in the suite's order. */
  public List<CaseResult> run(boolean update, int jobs, Consumer<CaseResult> done) {
    List<CaseResult> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(jobs)) {
      List<Future<CaseResult>> running = new ArrayList<>();
      for (Suite.Case c : suite.cases()) {
        running.add(
            pool.submit(
                () -> {
                  CaseResult r = one(c, update);
                  done.accept(r);
                  return r;
                }));
      }
      for (Future<CaseResult> f : running) {
        results.add(f.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BitloomException b) {
        throw b;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private CaseResult one(Suite.Case c, boolean update) {
    long begun = System.nanoTime();
    QuantizedNetwork n = host.network(file(c.network()), c.rounding());
    List<CodeTensor> inputs = host.inputs(file(c.input()), n, c.samples());
    Path yaml = file(c.accelerator());
    AcceleratorConfig config =
        AcceleratorConfig.of(Files.exists(yaml) ? yaml.toString() : c.accelerator());
    Plan plan = Planner.plan(n, config);
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples = inputs.parallelStream().map(simulator::run).toList();
    List<Check> checks = new ArrayList<>();
    List<String> changes = List.of();
    if (c.golden() != null && update) {
      changes = new GoldenCheck(plan, inputs, samples).record(file(c.golden()));
    }
    if (c.golden() != null) {
      checks.addAll(new GoldenCheck(plan, inputs, samples).against(file(c.golden())));
    } else {
      checks.addAll(new GoldenCheck(plan, inputs, samples).executors());
    }
    if (c.floatModel() != null) {
      checks.add(floats(c, n, inputs, samples));
    }
    if (c.maxBits() != null) {
      checks.add(size(c, samples));
    }
    if (c.accuracy() != null) {
      checks.add(accuracy(c, n));
    }
    if (c.rtl()) {
      checks.add(hardware(c, plan, samples));
    }
    checks.sort(java.util.Comparator.comparing(Check::link));
    return new CaseResult(c.name(), checks, changes, (System.nanoTime() - begun) / 1e9);
  }

  private Check floats(
      Suite.Case c, QuantizedNetwork n, List<CodeTensor> inputs, List<SampleResult> samples) {
    List<CodeTensor> outputs = samples.stream().map(s -> s.tensors().get(n.output())).toList();
    double snr = host.snr(file(c.floatModel().model()), n, inputs, outputs);
    String text =
        String.format(Locale.ROOT, "%.1f dB, at least %.1f wanted", snr, c.floatModel().minSnr());
    return snr >= c.floatModel().minSnr()
        ? Check.pass(Check.Link.FLOAT, text)
        : Check.fail(Check.Link.FLOAT, n.tensor(n.output()).name(), text);
  }

  private static Check size(Suite.Case c, List<SampleResult> samples) {
    long bits =
        samples.stream()
                .mapToLong(s -> s.steps().stream().mapToLong(x -> x.encoding().rle()).sum())
                .sum()
            / samples.size();
    String text = bits + " bits of feature maps, at most " + c.maxBits() + " wanted";
    return bits <= c.maxBits()
        ? Check.pass(Check.Link.SIZE, text)
        : Check.fail(Check.Link.SIZE, null, text);
  }

  private Check accuracy(Suite.Case c, QuantizedNetwork n) {
    double accuracy = host.accuracy(n, c.accuracy().data());
    String text =
        String.format(Locale.ROOT, "%.4f, at least %.4f wanted", accuracy, c.accuracy().floor());
    return accuracy >= c.accuracy().floor()
        ? Check.pass(Check.Link.ACCURACY, text)
        : Check.fail(Check.Link.ACCURACY, null, text);
  }

  private Check hardware(Suite.Case c, Plan plan, List<SampleResult> samples) {
    var r =
        new Verifier(plan, work.resolve(c.name()), Verifier.Listener.NONE)
            .verify(samples, new Verifier.Options(1, 0, true));
    return r.mismatches() == 0
        ? Check.pass(
            Check.Link.RTL, r.valuesCompared() + " values and cycle counts equal in Verilator")
        : Check.fail(Check.Link.RTL, r.first().layer(), r.first().describe());
  }
}
