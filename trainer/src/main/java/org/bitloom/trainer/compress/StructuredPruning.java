package org.bitloom.trainer.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.AddLayer;
import org.bitloom.trainer.layer.BatchNormLayer;
import org.bitloom.trainer.layer.ConcatLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.DropoutLayer;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.GroupNormLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.LocalResponseNormLayer;
import org.bitloom.trainer.layer.MultiplyLayer;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.layer.PadLayer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ScaleLayer;
import org.bitloom.trainer.layer.SoftmaxLayer;

/**
 * Structured pruning: whole filters, neurons and channels go, and everything that reads them
 * shrinks with them; or the outer rows and columns of kernels. Channels that an addition, a
 * depthwise convolution or a normalization ties together stay or go together.
 */
public final class StructuredPruning {
  private final FloatNetwork network;
  private final EffectiveValues values;
  private final List<int[]> channels = new ArrayList<>(); // of each tensor: its ties
  private final List<Integer> parents = new ArrayList<>(); // union-find over ties
  private final List<Double> scores = new ArrayList<>();
  private final List<Boolean> fixed = new ArrayList<>();

  private StructuredPruning(FloatNetwork network) {
    this.network = network;
    this.values = EffectiveValues.of(network);
    channels.add(fresh(network.input().channels(), true));
    for (FloatNetwork.Node n : network.nodes()) {
      channels.add(tie(n));
    }
    for (int c : channels.getLast()) {
      fixed.set(root(c), true);
    }
  }

  /**
   * Removes the channels of least weight until the multiply-accumulates of one inference are at
   * most a share of what they were.
   *
   * @param share 0 to 1
   */
  public static FloatNetwork channels(FloatNetwork network, double share) {
    StructuredPruning p = new StructuredPruning(network);
    List<Integer> order = p.order();
    double limit = share * macs(network);
    int lo = 0;
    int hi = order.size();
    while (lo < hi) { // the fewest ties to remove
      int mid = (lo + hi) / 2;
      if (macs(p.without(order.subList(0, mid))) <= limit) {
        hi = mid;
      } else {
        lo = mid + 1;
      }
    }
    FloatNetwork small = p.without(order.subList(0, Math.min(lo, order.size())));
    if (macs(small) > limit) {
      throw new IllegalArgumentException(
          "the network cannot be pruned to " + Math.round(100 * share) + " % of its operations");
    }
    return small;
  }

  /** Multiply-accumulates of one inference. */
  public static long macs(FloatNetwork network) {
    long sum = 0;
    for (Layer l : network.layers()) {
      sum +=
          switch (l) {
            case Conv2dLayer c ->
                (long) c.output().height() * c.output().width() * c.weight().values().length;
            case DenseLayer d -> d.weight().values().length;
            default -> 0;
          };
    }
    return sum;
  }

  // ---- which channels are tied ----

  private int[] fresh(int n, boolean held) {
    int[] ids = new int[n];
    for (int i = 0; i < n; i++) {
      ids[i] = parents.size();
      parents.add(ids[i]);
      scores.add(0.0);
      fixed.add(held);
    }
    return ids;
  }

  private int root(int id) {
    int r = id;
    while (parents.get(r) != r) {
      r = parents.get(r);
    }
    return r;
  }

  private void union(int a, int b) {
    int x = root(a);
    int y = root(b);
    if (x != y) {
      parents.set(y, x);
      scores.set(x, scores.get(x) + scores.get(y));
      fixed.set(x, fixed.get(x) || fixed.get(y));
    }
  }

  private int[] tie(FloatNetwork.Node n) {
    int[] in = channels.get(n.inputs().getFirst());
    return switch (n.layer()) {
      case Conv2dLayer c when c.depthwise() -> in;
      case Conv2dLayer c when c.groups() > 1 -> {
        for (int i : in) {
          fixed.set(root(i), true);
        }
        yield fresh(c.output().channels(), true);
      }
      case Conv2dLayer c -> scored(c.weight(), c.output().channels());
      case DenseLayer d -> scored(d.weight(), d.output().channels());
      case AddLayer a -> joined(n);
      case MultiplyLayer m -> joined(n);
      case ConcatLayer c ->
          n.inputs().stream().flatMapToInt(t -> Arrays.stream(channels.get(t))).toArray();
      case FlattenLayer f ->
          IntStream.range(0, f.output().channels()).map(i -> in[i % in.length]).toArray();
      case GroupNormLayer g -> held(in);
      case LocalResponseNormLayer l -> held(in);
      case SoftmaxLayer s -> held(in);
      default -> in;
    };
  }

  private int[] held(int[] in) {
    for (int i : in) {
      fixed.set(root(i), true);
    }
    return in;
  }

  private int[] joined(FloatNetwork.Node n) {
    int[] a = channels.get(n.inputs().get(0));
    int[] b = channels.get(n.inputs().get(1));
    for (int i = 0; i < a.length; i++) {
      union(a[i], b[i]);
    }
    return a;
  }

  /** New ties, each scored by its filter's norm relative to the layer's mean. */
  private int[] scored(Parameter weight, int k) {
    int[] ids = fresh(k, false);
    float[] w = values.of(weight);
    int depth = w.length / k;
    double[] norms = new double[k];
    for (int i = 0; i < w.length; i++) {
      norms[i / depth] += (double) w[i] * w[i];
    }
    double mean = Arrays.stream(norms).map(Math::sqrt).average().orElse(1);
    for (int i = 0; i < k; i++) {
      scores.set(ids[i], Math.sqrt(norms[i]) / Math.max(mean, 1e-12));
    }
    return ids;
  }

  /** Ties that may go, the least first; one of every layer's stays. */
  private List<Integer> order() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < parents.size(); i++) {
      if (root(i) == i && !fixed.get(i)) {
        all.add(i);
      }
    }
    List<Integer> best = new ArrayList<>();
    for (int[] c : channels) {
      best.add(
          Arrays.stream(c)
              .map(this::root)
              .boxed()
              .max(Comparator.comparingDouble(scores::get))
              .orElseThrow());
    }
    all.removeAll(best);
    all.sort(Comparator.comparingDouble(scores::get));
    return all;
  }

  // ---- the smaller network ----

  private FloatNetwork without(List<Integer> gone) {
    boolean[] removed = new boolean[parents.size()];
    gone.forEach(i -> removed[i] = true);
    List<int[]> kept = new ArrayList<>(); // positions that stay, of each tensor
    for (int[] c : channels) {
      kept.add(IntStream.range(0, c.length).filter(i -> !removed[root(c[i])]).toArray());
    }
    NetworkBuilder b = new NetworkBuilder(network.input());
    for (int i = 0; i < network.nodes().size(); i++) {
      FloatNetwork.Node n = network.nodes().get(i);
      List<Shape> shapes = n.inputs().stream().map(b::shape).toList();
      int[] in = kept.get(n.inputs().getFirst());
      int[] out = kept.get(i + 1);
      b.add(shrunk(n.layer(), shapes, in, out), n.inputs().toArray(Integer[]::new));
    }
    return b.build(network.name());
  }

  private Layer shrunk(Layer layer, List<Shape> in, int[] from, int[] to) {
    Shape s = in.getFirst();
    return switch (layer) {
      case Conv2dLayer c -> {
        boolean alone = c.depthwise();
        int[] depth =
            c.groups() > 1 ? IntStream.range(0, c.weight().shape().dim(3)).toArray() : from;
        yield new Conv2dLayer(
            c.name(),
            s,
            c.window(),
            alone ? to.length : c.groups(),
            slice(c.weight(), to, c.window().taps(), depth),
            slice(c.bias(), to));
      }
      case DenseLayer d -> {
        int pixels = d.input().height() * d.input().width();
        int c = d.input().channels();
        int[] columns =
            IntStream.range(0, pixels)
                .flatMap(p -> Arrays.stream(from).map(i -> p * c + i))
                .toArray();
        yield new DenseLayer(d.name(), s, slice(d.weight(), to, 1, columns), slice(d.bias(), to));
      }
      case BatchNormLayer n ->
          new BatchNormLayer(
              n.name(),
              s,
              n.momentum(),
              n.epsilon(),
              slice(n.gamma(), to),
              slice(n.beta(), to),
              pick(n.mean(), to),
              pick(n.variance(), to));
      case ActivationLayer a -> new ActivationLayer(a.name(), s, a.function());
      case PoolLayer p -> new PoolLayer(p.name(), s, p.window(), p.max());
      case FlattenLayer f -> new FlattenLayer(f.name(), s);
      case AddLayer a -> new AddLayer(a.name(), s, a.subtract());
      case MultiplyLayer m -> new MultiplyLayer(m.name(), s);
      case ConcatLayer c -> new ConcatLayer(c.name(), in);
      case PadLayer p -> new PadLayer(p.name(), s, p.top(), p.left(), p.bottom(), p.right());
      case ScaleLayer l -> new ScaleLayer(l.name(), s, pick(l.factor(), to), pick(l.offset(), to));
      case DropoutLayer d -> new DropoutLayer(d.name(), s, d.noise());
      case GroupNormLayer g -> g;
      case LocalResponseNormLayer l -> l;
      case SoftmaxLayer x -> x;
    };
  }

  private Parameter slice(Parameter p, int[] rows) {
    return new Parameter(p.name(), Shape.of(rows.length), pick(values.of(p), rows));
  }

  private Parameter slice(Parameter p, int[] rows, int taps, int[] depth) {
    float[] w = values.of(p);
    int c = w.length / p.shape().dim(0) / taps;
    float[] v = new float[rows.length * taps * depth.length];
    int at = 0;
    for (int k : rows) {
      for (int t = 0; t < taps; t++) {
        for (int d : depth) {
          v[at++] = w[(k * taps + t) * c + d];
        }
      }
    }
    Shape s = p.shape();
    Shape small =
        s.rank() == 2
            ? Shape.of(rows.length, depth.length)
            : Shape.of(rows.length, s.dim(1), s.dim(2), depth.length);
    return new Parameter(p.name(), small, v);
  }

  private static float[] pick(float[] v, int[] which) {
    float[] out = new float[which.length];
    for (int i = 0; i < which.length; i++) {
      out[i] = v[which[i]];
    }
    return out;
  }

  // ---- rows and columns of kernels ----

  /**
   * Removes the outer row or column of least weight, of all kernels that have the padding to lose,
   * until the multiply-accumulates are at most a share.
   *
   * @param rows rows, else columns
   */
  public static FloatNetwork kernels(FloatNetwork network, boolean rows, double share) {
    double limit = share * macs(network);
    FloatNetwork now = network;
    while (macs(now) > limit) {
      FloatNetwork next = trimmed(now, rows);
      if (next == null) {
        throw new IllegalArgumentException(
            "no kernel has a padded "
                + (rows ? "row" : "column")
                + " left to remove, at "
                + Math.round(100.0 * macs(now) / macs(network))
                + " % of the operations");
      }
      now = next;
    }
    return now;
  }

  private static FloatNetwork trimmed(FloatNetwork network, boolean rows) {
    int node = -1;
    boolean first = false;
    double least = Double.POSITIVE_INFINITY;
    EffectiveValues values = EffectiveValues.of(network);
    for (int i = 0; i < network.nodes().size(); i++) {
      if (network.nodes().get(i).layer() instanceof Conv2dLayer c) {
        Window w = c.window();
        for (boolean begin : new boolean[] {true, false}) {
          int pad =
              rows ? (begin ? w.padTop() : w.padBottom()) : (begin ? w.padLeft() : w.padRight());
          int extent = rows ? w.height() : w.width();
          int dilation = rows ? w.dilationY() : w.dilationX();
          if (extent > 1 && pad >= dilation) {
            double norm = share(values.of(c.weight()), c, rows, begin ? 0 : extent - 1);
            if (norm < least) {
              least = norm;
              node = i;
              first = begin;
            }
          }
        }
      }
    }
    return node < 0 ? null : replaced(network, values, node, rows, first);
  }

  /** The share of a layer's squared weights that lies in a row or column. */
  private static double share(float[] w, Conv2dLayer c, boolean rows, int line) {
    double all = 0;
    double some = 0;
    int width = c.window().width();
    int depth = c.weight().shape().dim(3);
    for (int i = 0; i < w.length; i++) {
      int tap = i / depth % c.window().taps();
      double v = (double) w[i] * w[i];
      all += v;
      some += (rows ? tap / width : tap % width) == line ? v : 0;
    }
    return some / Math.max(all, 1e-30);
  }

  private static FloatNetwork replaced(
      FloatNetwork network, EffectiveValues values, int node, boolean rows, boolean first) {
    Conv2dLayer c = (Conv2dLayer) network.nodes().get(node).layer();
    Window w = c.window();
    int y = rows ? 1 : 0;
    int x = rows ? 0 : 1;
    Window small =
        new Window(
            w.height() - y,
            w.width() - x,
            w.strideY(),
            w.strideX(),
            w.dilationY(),
            w.dilationX(),
            w.padTop() - (rows && first ? w.dilationY() : 0),
            w.padLeft() - (!rows && first ? w.dilationX() : 0),
            w.padBottom() - (rows && !first ? w.dilationY() : 0),
            w.padRight() - (!rows && !first ? w.dilationX() : 0));
    float[] from = values.of(c.weight());
    Shape s = c.weight().shape();
    Shape to = Shape.of(s.dim(0), small.height(), small.width(), s.dim(3));
    float[] v = new float[to.size()];
    int at = 0;
    for (int k = 0; k < s.dim(0); k++) {
      for (int r = 0; r < small.height(); r++) {
        for (int q = 0; q < small.width(); q++, at += s.dim(3)) {
          int row = r + (first ? y : 0);
          int column = q + (first ? x : 0);
          System.arraycopy(
              from, ((k * s.dim(1) + row) * s.dim(2) + column) * s.dim(3), v, at, s.dim(3));
        }
      }
    }
    List<FloatNetwork.Node> nodes = new ArrayList<>(network.nodes());
    Layer layer =
        new Conv2dLayer(
            c.name(),
            c.input(),
            small,
            c.groups(),
            new Parameter(c.weight().name(), to, v),
            c.bias());
    nodes.set(node, new FloatNetwork.Node(layer, nodes.get(node).inputs()));
    return new FloatNetwork(network.name(), network.input(), nodes);
  }
}
