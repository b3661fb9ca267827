package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.network.AccumulatorRange;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.WeightedOperation;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.simulator.config.AcceleratorConfig;

/** Derives every width from what the steps really need. */
final class WidthDerivation {
  private WidthDerivation() {}

  static Widths of(QuantizedNetwork network, AcceleratorConfig config, List<Step> steps) {
    int activation = activation(network);
    int weight = weight(network);
    int accumulator = 0;
    for (var op : network.operations()) {
      if (op instanceof WeightedOperation w) {
        AccumulatorRange range = AccumulatorRange.of(w, network.tensor(w.input()).format());
        accumulator = Math.max(accumulator, range.bits());
      }
    }
    accumulator = Math.max(accumulator, activation + weight + 2);
    for (Step s : steps) {
      if (s instanceof LayerStep l && !(l.operations().getFirst() instanceof WeightedOperation)) {
        accumulator = Math.max(accumulator, activation + 2 + Bits.forCount(l.window().taps()));
      }
    }
    Need n = new Need(config);
    steps.forEach(n::add);
    int rowWords = Math.max(n.rowWords, 2);
    int coordinate = Math.max(Bits.forCount(n.coordinate) + 2, Bits.forIndex(rowWords) + 1);
    coordinate = Math.max(coordinate, Bits.forIndex(config.slices()) + 2);
    return new Widths(
        activation,
        weight,
        accumulator,
        coordinate,
        Math.max(n.featureWords, 2 * config.requantizers()),
        rowWords,
        Math.max(n.weightWords, 2 * config.requantizers()),
        Math.max(n.paramWords, 2),
        Math.max(n.kernelRows, 2),
        Math.max(n.poolWords, 2),
        activation + Bits.forCount(n.poolCount) + 1,
        n.reciprocal(activation),
        n.leftShift,
        n.outBeats,
        n.scatterRows,
        n.scatterColumns,
        Math.max(n.scatterWords, 2),
        n.sideWords,
        n.merge,
        n.align,
        n.mergeLeft,
        n.tables,
        weightCode(
            network,
            steps.stream()
                .filter(LayerStep.class::isInstance)
                .map(LayerStep.class::cast)
                .toList()));
  }

  /** Bits of the widest integer a weight stands for. */
  private static int weight(QuantizedNetwork network) {
    int weight = 2;
    for (var op : network.operations()) {
      if (op instanceof WeightedOperation w) {
        weight = Math.max(weight, w.weightFormat().integerBits());
      }
    }
    return weight;
  }

  /** How a network's weights are stored. */
  static WeightCode weightCode(QuantizedNetwork network, List<LayerStep> layers) {
    return WeightCode.of(network, layers, weight(network));
  }

  /** Bits of the widest activation code. */
  static int activation(QuantizedNetwork network) {
    return network.tensors().stream()
        .map(TensorSpec::format)
        .mapToInt(f -> f.bits())
        .max()
        .orElseThrow();
  }

  /** Largest needs over the steps. */
  private static final class Need {
    private final AcceleratorConfig config;
    private final int slices;
    private int scatterRows;
    private int scatterColumns;
    private int scatterWords;
    private int sideWords;
    private boolean merge;
    private int align;
    private int mergeLeft;
    private int tables;
    private long coordinate = 1;
    private int featureWords;
    private int rowWords;
    private int weightWords;
    private int paramWords;
    private int kernelRows = 1;
    private int poolWords;
    private int poolCount = 1;
    private int leftShift;
    private int outBeats;
    private final List<Pool> pools = new ArrayList<>();

    Need(AcceleratorConfig config) {
      this.config = config;
      this.slices = config.slices();
    }

    void add(Step step) {
      switch (step) {
        case LoadStep l -> {
          layout(l.layout());
          coordinate = Math.max(coordinate, l.pixelBeats());
        }
        case WeightStep x -> {
          // its numbers have fields of their own
        }
        case LayerStep l -> layer(l);
        case UnloadStep u -> {
          outBeats = u.beats();
          coordinate = Math.max(coordinate, u.layout().perPixel());
        }
      }
    }

    private void layout(Layout l) {
      featureWords = Math.max(featureWords, Math.toIntExact(l.base() + l.worstTokens()));
      rowWords = Math.max(rowWords, l.rowBase() + l.shape().height());
      coordinate =
          Math.max(coordinate, (long) Math.max(l.shape().width(), l.shape().height()) + 2 * slices);
    }

    private void layer(LayerStep l) {
      if (l.output() != null) {
        layout(l.output());
      }
      Window w = l.window();
      long spanX =
          (long) l.columns() + w.padLeft() + w.padRight() + w.width() + w.strideX() + slices;
      long spanY = (long) l.rows() + w.padTop() + w.padBottom() + w.height() + w.strideY();
      coordinate = Math.max(coordinate, Math.max(spanX, spanY));
      coordinate = Math.max(coordinate, Math.max(l.pixelBeats(), l.groups()));
      weightWords = Math.max(weightWords, l.weightBase() + l.weightWords());
      paramWords = Math.max(paramWords, l.paramBase() + l.pixelBeats());
      kernelRows = Math.max(kernelRows, w.height());
      // the waiting row is addressed past its end while a 1x1 window or a dropped column passes
      // through
      poolWords = Math.max(poolWords, l.pool().cols() * l.pixelBeats());
      poolCount = Math.max(poolCount, l.pool().count());
      pools.add(l.pool());
      if (l.scatter() != null) {
        scatter(l);
      }
      if (l.sideBase() >= 0) {
        Pool p = l.pool();
        sideWords = Math.max(sideWords, l.sideBase() + p.rows() * p.cols() * l.pixelBeats());
      }
      if (l.post().merge() != null) {
        merge(l.post().merge());
      }
      if (l.post().table() != null) {
        tables = Math.max(tables, l.post().table().index() + 1);
      }
      if (l.requantization() instanceof ShiftRequantization s) {
        leftShift = Math.max(leftShift, -s.shift());
      }
    }

    private void scatter(LayerStep l) {
      Scatter s = l.scatter();
      scatterRows = s.laneRows();
      scatterColumns = Math.max(scatterColumns, s.columns());
      int beats = Math.ceilDiv(l.input().perPixel(), config.requantizers());
      scatterWords = Math.max(scatterWords, Math.ceilDiv(l.windowsAcross(), s.columns()) * beats);
      coordinate = Math.max(coordinate, (long) l.windowsAcross() + l.windowsDown() + s.chunks());
      coordinate = Math.max(coordinate, l.columns() + 2L * l.window().padLeft());
      coordinate = Math.max(coordinate, l.rows() + 2L * l.window().padTop());
      coordinate = Math.max(coordinate, (long) s.periodX() + s.periodY() + l.input().perPixel());
    }

    private void merge(Merge m) {
      merge = true;
      if (m.addition() instanceof Addition.FixedPoint f) {
        align = Math.max(align, Math.max(f.alignLeft(), f.alignRight()));
        mergeLeft = Math.max(mergeLeft, -f.sum().shift());
      }
    }

    int reciprocal(int activation) {
      int bits = 1;
      for (Pool p : pools) {
        bits = Math.max(bits, Bits.forCount(p.reciprocal(activation)));
      }
      return bits;
    }
  }
}
