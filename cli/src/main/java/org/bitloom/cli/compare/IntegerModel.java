package org.bitloom.cli.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Planner;

/** A quantized network in the executor or the simulator. */
final class IntegerModel implements Model {
  private final QuantizedNetwork network;
  private final java.util.function.Function<CodeTensor, List<CodeTensor>> executor;

  IntegerModel(QuantizedNetwork network, boolean simulated) {
    this.network = network;
    if (simulated) {
      Simulator s = new Simulator(Planner.plan(network, AcceleratorConfig.of("small")));
      executor = x -> s.run(x).tensors();
    } else {
      executor = new FastExecutor(network)::run;
    }
  }

  @Override
  public Shape input() {
    return network.inputSpec().shape();
  }

  @Override
  public ActivationFormat format() {
    return network.inputSpec().format();
  }

  @Override
  public Map<String, Layer> run(float[] x) {
    int[] codes = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      codes[i] = format().toCode(x[i], Rounding.HALF_AWAY);
    }
    List<CodeTensor> all = executor.apply(CodeTensor.wrap(input(), codes));
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (Operation op : network.operations()) {
      CodeTensor t = all.get(op.output());
      if (t == null) {
        continue; // the simulator leaves a last softmax to the host
      }
      ActivationFormat f = network.tensor(op.output()).format();
      float[] reals = new float[t.size()];
      for (int i = 0; i < reals.length; i++) {
        reals[i] = (float) f.toReal(t.get(i));
      }
      Clamp c = clamp(op);
      boolean full = c == null || c.lo() <= f.minCode() && c.hi() >= f.maxCode();
      boolean above = full || c.hi() >= f.maxCode();
      layers.put(
          op.name(),
          new Layer(
              reals,
              full ? Double.NEGATIVE_INFINITY : f.toReal(c.lo()),
              above ? Double.POSITIVE_INFINITY : f.toReal(c.hi())));
    }
    return layers;
  }

  private static Clamp clamp(Operation op) {
    return switch (op) {
      case WeightedOperation w -> w.clamp();
      case Add a -> a.clamp();
      case Relu r -> r.clamp();
      default -> null;
    };
  }

  @Override
  public void close() {}
}
