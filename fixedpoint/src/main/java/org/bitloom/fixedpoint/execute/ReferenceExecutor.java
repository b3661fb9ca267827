package org.bitloom.fixedpoint.execute;

import java.util.Arrays;
import java.util.List;
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
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** The definition of every operation, written for reading (numerics.md, section by section). */
public record ReferenceExecutor(QuantizedNetwork network) implements Executor {

  @Override
  public List<CodeTensor> run(CodeTensor input) {
    InputCheck.check(network, input);
    CodeTensor[] tensors = new CodeTensor[network.tensors().size()];
    tensors[network.input()] = input;
    for (Operation op : network.operations()) {
      tensors[op.output()] = apply(op, tensors);
    }
    return Arrays.asList(tensors);
  }

  CodeTensor apply(Operation op, CodeTensor[] t) {
    MapOperations simple = new MapOperations(network);
    return switch (op) {
      case Conv2d c -> conv(c, t[c.input()]);
      case Dense d -> dense(d, t[d.input()]);
      case MaxPool2d p -> pool(p, p.window(), t[p.input()], (max, sum, n) -> p.clamp().apply(max));
      case AveragePool2d p ->
          pool(
              p,
              p.window(),
              t[p.input()],
              (max, sum, n) -> p.clamp().apply(p.rounding().divide(sum, n)));
      case Relu r -> MapOperations.each(t[r.input()], r.clamp()::apply);
      case Flatten f -> t[f.input()].reshape(network.tensor(f.output()).shape());
      case Mean m -> simple.mean(m, t[m.input()]);
      case Add a -> simple.add(a, t[a.left()], t[a.right()]);
      case Multiply m -> simple.multiply(m, t[m.left()], t[m.right()]);
      case Concatenate c -> simple.concatenate(c, t);
      case Requantize r -> simple.requantize(r, t[r.input()]);
      case Trim x -> simple.trim(x, t[x.input()]);
      case Pad p -> simple.pad(p, t[p.input()]);
      case Lookup l -> simple.lookup(l, t[l.input()]);
      case Softmax f -> simple.softmax(f, t[f.input()]);
      case Constant c -> c.codes().reshape(network.tensor(c.output()).shape());
    };
  }

  private CodeTensor conv(Conv2d op, CodeTensor in) {
    Shape out = network.tensor(op.output()).shape();
    Window w = op.window();
    int zero = network.tensor(op.input()).format().zeroCode();
    int depth = op.weights().shape().dim(3);
    int perGroup = op.outChannels() / op.groups();
    CodeTensor integers = op.integers();
    int[] codes = new int[out.size()];
    int at = 0;
    for (int oy = 0; oy < out.height(); oy++) {
      for (int ox = 0; ox < out.width(); ox++) {
        for (int k = 0; k < out.channels(); k++) {
          long acc = op.bias().get(k);
          for (int r = 0; r < w.height(); r++) {
            for (int s = 0; s < w.width(); s++) {
              int y = oy * w.strideY() - w.padTop() + r * w.dilationY();
              int x = ox * w.strideX() - w.padLeft() + s * w.dilationX();
              if (y < 0 || y >= in.shape().height() || x < 0 || x >= in.shape().width()) {
                continue;
              }
              for (int c = 0; c < depth; c++) {
                int q = in.get(y, x, k / perGroup * depth + c);
                int weight = integers.get(((k * w.height() + r) * w.width() + s) * depth + c);
                acc += (long) weight * (q - zero);
              }
            }
          }
          codes[at++] = code(op, acc, k);
        }
      }
    }
    return CodeTensor.wrap(out, codes);
  }

  private CodeTensor dense(Dense op, CodeTensor in) {
    int zero = network.tensor(op.input()).format().zeroCode();
    int n = op.weights().shape().dim(1);
    CodeTensor integers = op.integers();
    int[] codes = new int[op.bias().size()];
    for (int k = 0; k < codes.length; k++) {
      long acc = op.bias().get(k);
      for (int i = 0; i < n; i++) {
        acc += (long) integers.get(k * n + i) * (in.get(i) - zero);
      }
      codes[k] = code(op, acc, k);
    }
    return CodeTensor.wrap(network.tensor(op.output()).shape(), codes);
  }

  private int code(WeightedOperation op, long acc, int k) {
    int zero = network.tensor(op.output()).format().zeroCode();
    return op.clamp().apply(op.requantization().apply(acc, k) + zero);
  }

  /**
   * Result of a pooling window from the largest code, the sum and the number of its valid
   * positions.
   */
  private interface PoolResult {
    int code(int max, long sum, int n);
  }

  private CodeTensor pool(Operation op, Window w, CodeTensor in, PoolResult result) {
    Shape out = network.tensor(op.output()).shape();
    int[] codes = new int[out.size()];
    int at = 0;
    for (int oy = 0; oy < out.height(); oy++) {
      for (int ox = 0; ox < out.width(); ox++) {
        for (int c = 0; c < out.channels(); c++) {
          int max = Integer.MIN_VALUE;
          long sum = 0;
          int n = 0;
          for (int r = 0; r < w.height(); r++) {
            for (int s = 0; s < w.width(); s++) {
              int y = oy * w.strideY() - w.padTop() + r;
              int x = ox * w.strideX() - w.padLeft() + s;
              if (y >= 0 && y < in.shape().height() && x >= 0 && x < in.shape().width()) {
                max = Math.max(max, in.get(y, x, c));
                sum += in.get(y, x, c);
                n++;
              }
            }
          }
          codes[at++] = result.code(max, sum, n);
        }
      }
    }
    return CodeTensor.wrap(out, codes);
  }
}
