package org.bitloom.trainer.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.Parameter;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * Layers split in two by singular values: {@code W (u x v) ~ U_t (Sigma V^T)_t}. A dense layer
 * becomes one of t units and one of u; a convolution one of t filters with the same window and a
 * pointwise one of u. A split costs {@code t (u + v)} weights instead of {@code u v}; layers it
 * would not make smaller stay whole.
 */
public final class Factorisation {
  private static final int SEARCH = 40;

  private Factorisation() {}

  /** The singular values of a layer's weights and its factors. */
  private record Split(
      Layer layer, double[] values, DMatrixRMaj left, DMatrixRMaj right, int most) {
    int rows() {
      return left.numRows;
    }

    int columns() {
      return right.numRows;
    }
  }

  /**
   * Keeps the fewest singular values of each layer whose squares reach a share of the sum.
   *
   * @param energy 0 to 1
   */
  public static FloatNetwork byEnergy(FloatNetwork network, double energy) {
    return rebuild(network, splits(network), s -> rank(s, energy));
  }

  /** Keeps at most {@code count} singular values of each layer. */
  public static FloatNetwork byCount(FloatNetwork network, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a rank of " + count + " leaves nothing");
    }
    return rebuild(network, splits(network), s -> Math.min(count, s.values.length));
  }

  /**
   * The largest energy, the same for all layers, whose network has at most a share of the weights.
   *
   * @param share 0 to 1
   */
  public static FloatNetwork byCost(FloatNetwork network, double share) {
    List<Split> splits = splits(network);
    long all = weights(network);
    double lo = 0;
    double hi = 1;
    for (int i = 0; i < SEARCH; i++) {
      double mid = (lo + hi) / 2;
      if (weights(rebuild(network, splits, s -> rank(s, mid))) <= share * all) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    double energy = lo;
    FloatNetwork small = rebuild(network, splits, s -> rank(s, energy));
    if (weights(small) > share * all) {
      throw new IllegalArgumentException(
          "even with one singular value each the layers keep more than "
              + Math.round(100 * share)
              + " % of the weights");
    }
    return small;
  }

  /** Weights of convolutions and dense layers, without biases. */
  public static long weights(FloatNetwork network) {
    return network.parameters().stream()
        .filter(p -> p.name().endsWith(".weight"))
        .mapToLong(p -> p.values().length)
        .sum();
  }

  private static int rank(Split s, double energy) {
    double sum = 0;
    for (double v : s.values) {
      sum += v * v;
    }
    double kept = 0;
    for (int t = 0; t < s.values.length; t++) {
      kept += s.values[t] * s.values[t];
      if (kept >= energy * sum) {
        return t + 1;
      }
    }
    return s.values.length;
  }

  private static List<Split> splits(FloatNetwork network) {
    EffectiveValues values = EffectiveValues.of(network);
    List<Split> all = new ArrayList<>();
    for (int i = 0; i < network.nodes().size(); i++) {
      Layer l = network.nodes().get(i).layer();
      all.add(
          switch (l) {
            case Conv2dLayer c when c.groups() == 1 -> split(l, c.weight(), values);
            case DenseLayer d -> split(l, d.weight(), values);
            default -> null;
          });
    }
    return all;
  }

  private static Split split(Layer layer, Parameter weight, EffectiveValues values) {
    int u = weight.shape().dim(0);
    int v = weight.values().length / u;
    DMatrixRMaj m = new DMatrixRMaj(u, v);
    float[] w = values.of(weight);
    for (int i = 0; i < w.length; i++) {
      m.data[i] = w[i];
    }
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(u, v, true, true, true);
    if (!svd.decompose(m)) {
      throw new IllegalArgumentException(layer.name() + " has no singular value decomposition");
    }
    DMatrixRMaj left = svd.getU(null, false);
    DMatrixRMaj right = svd.getV(null, false);
    double[] sigma = svd.getSingularValues();
    SingularOps_DDRM.descendingOrder(left, false, sigma, Math.min(u, v), right, false);
    return new Split(layer, java.util.Arrays.copyOf(sigma, Math.min(u, v)), left, right, u * v);
  }

  private static FloatNetwork rebuild(
      FloatNetwork network, List<Split> splits, ToIntFunction<Split> rank) {
    NetworkBuilder b = new NetworkBuilder(network.input());
    int[] tensors = new int[network.nodes().size() + 1];
    for (int i = 0; i < network.nodes().size(); i++) {
      FloatNetwork.Node n = network.nodes().get(i);
      Integer[] from = n.inputs().stream().map(t -> tensors[t]).toArray(Integer[]::new);
      Split s = splits.get(i);
      int t = s == null ? 0 : rank.applyAsInt(s);
      boolean smaller = s != null && (long) t * (s.rows() + s.columns()) < s.most;
      tensors[i + 1] = smaller ? add(b, n.layer(), s, t, from[0]) : b.add(n.layer(), from);
    }
    return b.build(network.name());
  }

  private static int add(NetworkBuilder b, Layer layer, Split s, int t, int from) {
    float[] first = new float[t * s.columns()];
    float[] second = new float[s.rows() * t];
    for (int r = 0; r < t; r++) {
      double root = Math.sqrt(s.values[r]); // shared evenly: both parts quantize better
      for (int j = 0; j < s.columns(); j++) {
        first[r * s.columns() + j] = (float) (root * s.right.get(j, r));
      }
      for (int k = 0; k < s.rows(); k++) {
        second[k * t + r] = (float) (s.left.get(k, r) * root);
      }
    }
    String inner = layer.name() + "_basis";
    Parameter zero = Parameter.zeros(inner + ".bias", Shape.of(t));
    Parameter bias = layer.parameters().get(1);
    return switch (layer) {
      case Conv2dLayer c -> {
        Shape w = c.weight().shape();
        Parameter basis =
            new Parameter(inner + ".weight", Shape.of(t, w.dim(1), w.dim(2), w.dim(3)), first);
        Conv2dLayer narrow = new Conv2dLayer(inner, c.input(), c.window(), 1, basis, zero);
        Parameter mix = new Parameter(c.weight().name(), Shape.of(s.rows(), 1, 1, t), second);
        Layer pointwise =
            new Conv2dLayer(c.name(), narrow.output(), Window.valid(1, 1, 1, 1), 1, mix, bias);
        yield b.add(pointwise, b.add(narrow, from));
      }
      case DenseLayer d -> {
        Parameter basis = new Parameter(inner + ".weight", Shape.of(t, s.columns()), first);
        DenseLayer narrow = new DenseLayer(inner, d.input(), basis, zero);
        Parameter mix = new Parameter(d.weight().name(), Shape.of(s.rows(), t), second);
        yield b.add(new DenseLayer(d.name(), narrow.output(), mix, bias), b.add(narrow, from));
      }
      default -> throw new IllegalStateException(layer.name());
    };
  }
}
