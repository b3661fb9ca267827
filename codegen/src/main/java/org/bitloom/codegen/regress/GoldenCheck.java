package org.bitloom.codegen.regress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;

/** A case's integers and cycles against what was recorded, and the executors among themselves. */
final class GoldenCheck {
  private static final Pattern ENTRY = Pattern.compile("op(\\d+)\\.npy");

  private final Plan plan;
  private final QuantizedNetwork network;
  private final List<SampleResult> samples;
  private final List<CodeTensor> reference;
  private final List<CodeTensor> fast;

  GoldenCheck(Plan plan, List<CodeTensor> inputs, List<SampleResult> samples) {
    this.plan = plan;
    this.network = plan.network();
    this.samples = samples;
    ReferenceExecutor slow = new ReferenceExecutor(network);
    this.reference = Golden.join(network, inputs.parallelStream().map(slow::run).toList());
    this.fast = Golden.join(network, samples.stream().map(SampleResult::tensors).toList());
  }

  private Golden current() {
    return new Golden(
        LayerDigest.of(network),
        plan.config().toYaml(),
        plan.steps().stream().map(Step::name).toList(),
        samples.stream().map(s -> s.steps().stream().map(x -> x.cycles()).toList()).toList(),
        reference);
  }

  /** Writes the file anew; what changed, a line each. */
  List<String> record(Path file) {
    Golden now = current();
    List<String> changes = new ArrayList<>();
    if (!Files.exists(file)) {
      changes.add("recorded " + file.getFileName() + " for the first time");
    } else {
      try {
        changes.addAll(differences(Golden.read(file), now));
      } catch (BadInputException e) {
        changes.add("replaced a damaged file: " + e.getMessage());
      }
    }
    now.write(file, network);
    return changes;
  }

  private List<String> differences(Golden old, Golden now) {
    List<String> text = new ArrayList<>();
    definition(old).forEach(c -> text.add("layer " + c.layer() + ": " + c.message()));
    for (int i = 0; i < Math.min(old.tensors().size(), now.tensors().size()); i++) {
      CodeTensor a = old.tensors().get(i);
      CodeTensor b = now.tensors().get(i);
      String name = network.operations().get(i).name();
      if (!a.shape().equals(b.shape())) {
        text.add("layer " + name + ": shape " + a.shape() + " became " + b.shape());
        continue;
      }
      int different = 0;
      int largest = 0;
      for (int j = 0; j < a.size(); j++) {
        int d = Math.abs(a.get(j) - b.get(j));
        different += d > 0 ? 1 : 0;
        largest = Math.max(largest, d);
      }
      if (different > 0) {
        text.add(
            "layer "
                + name
                + ": "
                + different
                + " of "
                + a.size()
                + " codes changed, by up to "
                + largest);
      }
    }
    long before = total(old);
    long after = total(now);
    if (before != after) {
      text.add("cycles of all samples: " + before + " became " + after);
    }
    return text;
  }

  private static long total(Golden g) {
    return g.cycles().stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
  }

  /** Every link up to the simulator. */
  List<Check> against(Path file) {
    Golden golden;
    try {
      golden = Golden.read(file);
    } catch (BadInputException e) {
      List<Check> checks = new ArrayList<>(executors());
      checks.add(Check.fail(Check.Link.GOLDEN, layerOf(e.getMessage()), e.getMessage()));
      return checks;
    }
    List<Check> checks = new ArrayList<>();
    List<Check> changed = definition(golden);
    checks.addAll(
        changed.isEmpty()
            ? List.of(Check.pass(Check.Link.NETWORK, "every layer as recorded"))
            : changed);
    checks.add(Check.pass(Check.Link.GOLDEN, golden.tensors().size() + " tensors intact"));
    checks.add(
        compare(Check.Link.REFERENCE, golden.tensors(), reference, "stored", "the reference"));
    checks.addAll(executors());
    checks.add(cycles(golden));
    return checks;
  }

  /** The fast executor, which the simulator uses, against the reference. */
  List<Check> executors() {
    return List.of(
        compare(Check.Link.EXECUTOR, reference, fast, "the reference", "the fast executor"));
  }

  /** The layer a message about an entry of the file speaks of. */
  private String layerOf(String message) {
    Matcher m = ENTRY.matcher(message);
    int op = m.find() ? Integer.parseInt(m.group(1)) : -1;
    return op >= 0 && op < network.operations().size() ? network.operations().get(op).name() : null;
  }

  private List<Check> definition(Golden golden) {
    List<LayerDigest> now = LayerDigest.of(network);
    List<LayerDigest> old = golden.layers();
    List<Check> changed = new ArrayList<>();
    for (int i = 0; i < Math.min(now.size(), old.size()); i++) {
      List<String> parts = now.get(i).differing(old.get(i));
      if (!parts.isEmpty()) {
        changed.add(
            Check.fail(
                Check.Link.NETWORK, now.get(i).name(), String.join(", ", parts) + " changed"));
      }
    }
    if (now.size() != old.size()) {
      changed.add(
          Check.fail(
              Check.Link.NETWORK,
              null,
              old.size() + " layers were recorded, there are " + now.size()));
    }
    return changed;
  }

  private Check compare(
      Check.Link link, List<CodeTensor> want, List<CodeTensor> found, String who, String other) {
    if (want.size() != found.size()) {
      return Check.fail(link, null, want.size() + " tensors against " + found.size());
    }
    for (int i = 0; i < want.size(); i++) {
      Operation op = network.operations().get(i);
      if (!want.get(i).shape().equals(found.get(i).shape())) {
        String shapes = want.get(i).shape() + " against " + found.get(i).shape();
        return Check.fail(link, op.name(), "shape " + shapes);
      }
      int at = want.get(i).firstDifference(found.get(i));
      if (at >= 0) {
        return Check.fail(link, op.name(), place(op, want.get(i), found.get(i), at, who, other));
      }
    }
    return Check.pass(link, want.size() + " tensors equal");
  }

  private String place(
      Operation op, CodeTensor want, CodeTensor found, int at, String who, String other) {
    TensorSpec t = network.tensor(op.output());
    List<Integer> d = want.shape().dims();
    int c = at % d.get(3);
    int x = at / d.get(3) % d.get(2);
    int y = at / d.get(3) / d.get(2) % d.get(1);
    int n = at / d.get(3) / d.get(2) / d.get(1);
    return t.name()
        + " at (n, y, x, c) = ("
        + n
        + ", "
        + y
        + ", "
        + x
        + ", "
        + c
        + "): "
        + who
        + " says "
        + want.get(at)
        + " ("
        + (float) t.format().toReal(want.get(at))
        + "), "
        + other
        + " "
        + found.get(at)
        + " ("
        + (float) t.format().toReal(found.get(at))
        + ")";
  }

  private Check cycles(Golden golden) {
    Golden now = current();
    if (!golden.machine().equals(now.machine())) {
      return Check.fail(Check.Link.CYCLES, null, "recorded on another accelerator");
    }
    for (int s = 0; s < now.cycles().size(); s++) {
      List<Long> a = s < golden.cycles().size() ? golden.cycles().get(s) : List.of();
      List<Long> b = now.cycles().get(s);
      for (int i = 0; i < b.size(); i++) {
        long was = i < a.size() ? a.get(i) : -1;
        if (was != b.get(i)) {
          return Check.fail(
              Check.Link.CYCLES,
              now.steps().get(i),
              "sample " + s + ": " + was + " cycles recorded, " + b.get(i) + " found");
        }
      }
    }
    return Check.pass(Check.Link.CYCLES, total(now) + " cycles as recorded");
  }
}
