package org.bitloom.cli.input;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bitloom.fixedpoint.file.NpyFile;
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
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** Writes tensors of all samples as {@code .npy}. */
public final class Dump {
  private Dump() {}

  /**
   * Writes {@code opNN.npy} for every operation, {@code [n][y][x][c]}, or {@code [n][k]} for
   * vectors.
   */
  public static void all(Path folder, QuantizedNetwork network, List<List<CodeTensor>> samples) {
    for (int i = 0; i < network.operations().size(); i++) {
      Operation op = network.operations().get(i);
      one(
          folder.resolve(String.format(Locale.ROOT, "op%02d.npy", i)),
          network,
          samples,
          op.output());
    }
  }

  /** Writes one tensor of all samples. */
  public static void one(
      Path file, QuantizedNetwork network, List<List<CodeTensor>> samples, int tensor) {
    Shape shape = network.tensor(tensor).shape();
    int[] codes = new int[shape.size() * samples.size()];
    for (int n = 0; n < samples.size(); n++) {
      samples.get(n).get(tensor).copyTo(0, codes, n * shape.size(), shape.size());
    }
    List<Integer> dims = new ArrayList<>(List.of(samples.size()));
    dims.addAll(vectors(network).contains(tensor) ? List.of(shape.size()) : shape.dims());
    NpyFile.write(
        file,
        CodeTensor.wrap(new Shape(dims), codes),
        NpyFile.Width.of(network.tensor(tensor).format().bits()));
  }

  /**
   * Tensors that are vectors rather than maps: dense and flattened ones, and what is computed of
   * them element-wise.
   */
  private static Set<Integer> vectors(QuantizedNetwork network) {
    Set<Integer> v = new HashSet<>();
    for (Operation op : network.operations()) {
      boolean vector =
          switch (op) {
            case Dense d -> true;
            case Flatten f -> true;
            case Relu r -> v.contains(r.input());
            case Conv2d c -> false;
            case MaxPool2d p -> false;
            case AveragePool2d p -> false;
            case Mean m -> false;
            case Add a -> v.contains(a.left());
            case Multiply m -> v.contains(m.left());
            case Concatenate c -> v.contains(c.inputs().getFirst());
            case Requantize r -> v.contains(r.input());
            case Pad p -> false;
            case Trim t -> v.contains(t.input());
            case Lookup l -> v.contains(l.input());
            case Softmax f -> v.contains(f.input());
            case Constant c -> false;
          };
      if (vector) {
        v.add(op.output());
      }
    }
    return v;
  }
}
