package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import java.util.List;
import org.bitloom.fixedpoint.network.AccumulatorRange;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * The same codes as {@link ReferenceExecutor}, faster: convolutions are float32 matrix products
 * where the range proof makes them exact, else rows of 32-bit accumulators with the output channel
 * innermost. Safe for concurrent use: callers spread samples over the cores.
 */
public final class FastExecutor implements Executor {
  private final QuantizedNetwork network;
  private final List<Kernel> kernels;

  /** One prepared operation. */
  public interface Kernel {
    /** The output, from the network's tensors so far. */
    CodeTensor apply(CodeTensor[] tensors);
  }

  /** Prepares a network. */
  public FastExecutor(QuantizedNetwork network) {
    this.network = network;
    this.kernels = network.operations().stream().map(op -> kernel(network, op)).toList();
  }

  /** Prepares one operation of a network. */
  public static Kernel kernel(QuantizedNetwork network, Operation op) {
    MapOperations simple = new MapOperations(network);
    return switch (op) {
      case WeightedOperation w when wide(network, w) ->
          t -> new ReferenceExecutor(network).apply(w, t);
      case Conv2d c -> ConvKernel.of(network, c);
      case Dense d -> ConvKernel.of(network, d);
      case MaxPool2d p -> new PoolKernel(network, p, p.window(), p.clamp(), null);
      case AveragePool2d p -> new PoolKernel(network, p, p.window(), p.clamp(), p.rounding());
      case Relu r -> t -> MapOperations.each(t[r.input()], r.clamp()::apply);
      case Flatten f -> t -> t[f.input()].reshape(network.tensor(f.output()).shape());
      case Mean m -> t -> simple.mean(m, t[m.input()]);
      case Add a when AddKernel.fits(network, a) -> AddKernel.of(network, a);
      case Add a -> t -> simple.add(a, t[a.left()], t[a.right()]);
      case Multiply m -> t -> simple.multiply(m, t[m.left()], t[m.right()]);
      case Concatenate c -> t -> simple.concatenate(c, t);
      case Requantize r -> t -> simple.requantize(r, t[r.input()]);
      case Trim x -> t -> simple.trim(x, t[x.input()]);
      case Pad p -> t -> simple.pad(p, t[p.input()]);
      case Lookup l -> t -> simple.lookup(l, t[l.input()]);
      case Softmax f -> t -> simple.softmax(f, t[f.input()]);
      case Constant c -> t -> c.codes().reshape(network.tensor(c.output()).shape());
    };
  }

  /** 16-bit layers whose accumulators exceed 32 bits go the slow way. */
  private static boolean wide(QuantizedNetwork network, WeightedOperation op) {
    return AccumulatorRange.of(op, network.tensor(op.input()).format()).bits() > Integer.SIZE;
  }

  @Override
  public QuantizedNetwork network() {
    return network;
  }

  @Override
  public List<CodeTensor> run(CodeTensor input) {
    InputCheck.check(network, input);
    CodeTensor[] tensors = new CodeTensor[network.tensors().size()];
    tensors[network.input()] = input;
    for (int i = 0; i < kernels.size(); i++) {
      tensors[network.operations().get(i).output()] = kernels.get(i).apply(tensors);
    }
    return Arrays.asList(tensors);
  }
}
