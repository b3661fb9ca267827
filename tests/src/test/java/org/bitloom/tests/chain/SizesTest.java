package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The extremes of sizes in hardware: 1x1 to 224x224 maps, 1x1 to 11x11 kernels. */
class SizesTest {
  private static final QFormat FORMAT = new QFormat(8, 6);
  @TempDir Path dir;

  private final SplittableRandom random = new SplittableRandom(7);
  private final List<TensorSpec> tensors = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();

  private Shape last() {
    return tensors.getLast().shape();
  }

  private int add(String name, Shape s) {
    tensors.add(new TensorSpec(name, s, FORMAT));
    return tensors.size() - 1;
  }

  private CodeTensor weights(Shape s) {
    return CodeTensor.wrap(s, random.ints(s.size(), -40, 41).toArray());
  }

  private static ShiftRequantization shift(int taps) {
    int shift = 6 + (31 - Integer.numberOfLeadingZeros(taps)) / 2;
    return new ShiftRequantization(shift, 8, Rounding.HALF_UP, Overflow.SATURATE);
  }

  private void conv(String name, Window w, int filters, int groups) {
    Shape in = last();
    int depth = in.channels() / groups;
    int out = add(name, Shape.of(w.outHeight(in.height()), w.outWidth(in.width()), filters));
    operations.add(
        new Conv2d(
            name,
            out - 1,
            out,
            w,
            groups,
            weights(Shape.of(filters, w.height(), w.width(), depth)),
            new QFormat(8, 6),
            weights(Shape.of(filters)),
            shift(w.taps() * depth),
            Clamp.relu(FORMAT)));
  }

  private void dense(int units) {
    int n = last().size();
    int out = add("dense", Shape.of(1, 1, units));
    operations.add(
        new Dense(
            "dense",
            out - 1,
            out,
            weights(Shape.of(units, n)),
            new QFormat(8, 6),
            weights(Shape.of(units)),
            shift(n),
            Clamp.full(FORMAT)));
  }

  private void verify(String name) {
    QuantizedNetwork n = new QuantizedNetwork(name, tensors, 0, tensors.size() - 1, operations);
    AcceleratorConfig c = AcceleratorConfig.parse("preset: small\nfeature_words: 131072\n", "test");
    Plan plan = Planner.plan(n, c);
    VerifyResult v =
        new Verifier(plan, dir, Verifier.Listener.NONE)
            .verify(
                List.of(new Simulator(plan).run(RandomNetwork.input(n, random))),
                new Verifier.Options(1, 0, false));
    assertEquals(0, v.mismatches(), () -> v.first().describe());
  }

  @Test
  void aLargeMapAndALargeKernel() {
    add("input", Shape.of(224, 224, 3));
    conv("conv", new Window(11, 11, 4, 4, 1, 1, 2, 2, 2, 2), 10, 1);
    conv("depthwise", Window.same(3, 3, 1, 1, 1, 1, 55, 55), 10, 10);
    int out = add("pool", Shape.of(18, 18, 10));
    operations.add(
        new MaxPool2d("pool", out - 1, out, Window.valid(3, 3, 3, 3), Clamp.full(FORMAT)));
    conv("large", Window.same(11, 11, 1, 1, 1, 1, 18, 18), 10, 10);
    conv("pointwise", Window.valid(1, 1, 1, 1), 21, 1);
    dense(5);
    verify("large");
  }

  @Test
  void aSinglePixel() {
    add("input", Shape.of(1, 1, 1));
    conv("conv", Window.valid(1, 1, 1, 1), 1, 1);
    conv("around", new Window(11, 11, 1, 1, 1, 1, 5, 5, 5, 5), 3, 1);
    dense(1);
    verify("single");
  }
}
