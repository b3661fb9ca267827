package org.bitloom.fixedpoint.network;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.CodeBook;
import org.bitloom.fixedpoint.format.LogFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** The rules a {@link QuantizedNetwork} obeys, each fault a short text. */
final class NetworkChecks {
  private NetworkChecks() {}

  static List<String> graph(
      List<TensorSpec> tensors, int input, int output, List<Operation> operations) {
    List<String> faults = new ArrayList<>();
    int n = tensors.size();
    if (input < 0 || input >= n || output < 0 || output >= n) {
      return List.of("network input or output is not one of the " + n + " tensors");
    }
    boolean[] written = new boolean[n];
    written[input] = true;
    for (Operation op : operations) {
      for (int t : op.inputs()) {
        if (t < 0 || t >= n || !written[t]) {
          faults.add(op.name() + ": reads tensor " + t + " before anything writes it");
        }
      }
      int t = op.output();
      if (t < 0 || t >= n || written[t]) {
        faults.add(op.name() + ": writes tensor " + t + ", which does not exist or has its writer");
      } else {
        written[t] = true;
      }
    }
    if (!written[output]) {
      faults.add("nothing writes the output tensor " + output);
    }
    return faults;
  }

  static List<String> operation(List<TensorSpec> tensors, Operation op) {
    TensorSpec out = tensors.get(op.output());
    TensorSpec in = op.inputs().isEmpty() ? out : tensors.get(op.inputs().getFirst());
    return switch (op) {
      case Conv2d c -> {
        List<String> f = new ArrayList<>(window(c, c.window(), in, out));
        int depth = c.weights().shape().dim(3);
        if (in.shape().channels() != depth * c.groups()) {
          f.add(
              c.name()
                  + ": "
                  + in.shape().channels()
                  + " input channels, weights expect "
                  + depth * c.groups());
        }
        if (out.shape().channels() != c.outChannels()) {
          f.add(
              c.name()
                  + ": "
                  + out.shape().channels()
                  + " output channels, weights give "
                  + c.outChannels());
        }
        f.addAll(weighted(c, c.outChannels(), in.format(), out.format()));
        yield f;
      }
      case Dense d -> {
        List<String> f = new ArrayList<>();
        Shape w = d.weights().shape();
        if (in.shape().size() != w.dim(1) || !out.shape().equals(Shape.of(1, 1, w.dim(0)))) {
          f.add(d.name() + ": weights " + w + " do not map " + in.shape() + " to " + out.shape());
        }
        f.addAll(weighted(d, w.dim(0), in.format(), out.format()));
        yield f;
      }
      case MaxPool2d p -> pool(p, p.window(), in, out);
      case AveragePool2d p -> pool(p, p.window(), in, out);
      case Relu r -> same(r, in, out, in.shape().equals(out.shape()));
      case Flatten r -> same(r, in, out, in.shape().size() == out.shape().size());
      case Mean m -> affine(m, in, out, out.shape().equals(Shape.of(1, 1, in.shape().channels())));
      case Requantize r ->
          requantization(r, r.requantization(), in, out, in.shape().equals(out.shape()));
      case Add a -> addition(tensors, a, out);
      case Multiply m -> requantization(m, m.requantization(), in, out, repeats(tensors, m, out));
      case Concatenate c -> concatenation(tensors, c, out);
      case Pad p ->
          same(
              p,
              in,
              out,
              out.shape()
                  .equals(
                      Shape.of(
                          in.shape().height() + p.top() + p.bottom(),
                          in.shape().width() + p.left() + p.right(),
                          in.shape().channels())));
      case Trim t -> same(t, in, out, in.shape().equals(out.shape()));
      case Lookup l -> lookup(l, in, out);
      case Softmax f -> affine(f, in, out, in.shape().equals(out.shape()));
      case Constant c -> constant(c, out);
    };
  }

  private static List<String> affine(Operation op, TensorSpec in, TensorSpec out, boolean shapes) {
    return shapes && in.format() instanceof AffineFormat && out.format() instanceof AffineFormat
        ? List.of()
        : List.of(
            op.name()
                + ": cannot turn "
                + in.shape()
                + " into "
                + out.shape()
                + " in these formats");
  }

  private static List<String> requantization(
      Operation op, Requantization r, TensorSpec in, TensorSpec out, boolean shapes) {
    boolean formats =
        switch (r) {
          case MultiplierRequantization m ->
              in.format() instanceof AffineFormat
                  && out.format() instanceof AffineFormat
                  && m.multipliers().size() == 1;
          case ShiftRequantization s ->
              in.format() instanceof QFormat
                  && out.format() instanceof QFormat o
                  && o.bits() == s.bits();
        };
    return shapes && formats
        ? List.of()
        : List.of(
            op.name()
                + ": cannot turn "
                + in.shape()
                + " into "
                + out.shape()
                + " in these formats");
  }

  private static boolean repeats(List<TensorSpec> tensors, Operation op, TensorSpec out) {
    for (int t : op.inputs()) {
      for (int d = 0; d < 3; d++) {
        int extent = tensors.get(t).shape().dim(d);
        if (extent != 1 && extent != out.shape().dim(d)) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<String> addition(List<TensorSpec> tensors, Add a, TensorSpec out) {
    boolean formats =
        switch (a.addition()) {
          case Addition.Affine x -> true;
          case Addition.FixedPoint x ->
              out.format() instanceof QFormat o && o.bits() == x.sum().bits();
        };
    boolean family = a.addition() instanceof Addition.Affine;
    for (int t : a.inputs()) {
      formats &= tensors.get(t).format() instanceof AffineFormat == family;
    }
    formats &= out.format() instanceof AffineFormat == family;
    return formats && repeats(tensors, a, out)
        ? List.of()
        : List.of(
            a.name() + ": inputs and output " + out.shape() + " do not fit in shape or format");
  }

  private static List<String> concatenation(
      List<TensorSpec> tensors, Concatenate c, TensorSpec out) {
    int along = 0;
    boolean ok = true;
    for (int t : c.inputs()) {
      Shape s = tensors.get(t).shape();
      along += s.dim(c.axis());
      for (int d = 0; d < 3; d++) {
        ok &= d == c.axis() || s.dim(d) == out.shape().dim(d);
      }
    }
    return ok && along == out.shape().dim(c.axis())
        ? List.of()
        : List.of(
            c.name() + ": inputs do not add up to " + out.shape() + " along axis " + c.axis());
  }

  private static List<String> lookup(Lookup l, TensorSpec in, TensorSpec out) {
    if (!in.shape().equals(out.shape()) || l.table().size() != 1 << in.format().bits()) {
      return List.of(
          l.name()
              + ": a table of "
              + l.table().size()
              + " entries for "
              + in.format().bits()
              + " bits");
    }
    return codes(l.name(), l.table(), out);
  }

  private static List<String> constant(Constant c, TensorSpec out) {
    return c.codes().size() == out.shape().size()
        ? codes(c.name(), c.codes(), out)
        : List.of(c.name() + ": " + c.codes().size() + " codes for " + out.shape());
  }

  private static List<String> codes(String name, CodeTensor codes, TensorSpec out) {
    for (int i = 0; i < codes.size(); i++) {
      if (codes.get(i) < out.format().minCode() || codes.get(i) > out.format().maxCode()) {
        return List.of(
            name + ": code " + codes.get(i) + " exceeds " + out.format().bits() + " bits");
      }
    }
    return List.of();
  }

  private static List<String> same(Operation op, TensorSpec in, TensorSpec out, boolean shapes) {
    List<String> f = new ArrayList<>();
    if (!shapes) {
      f.add(op.name() + ": cannot turn " + in.shape() + " into " + out.shape());
    }
    if (!in.format().equals(out.format())) {
      f.add(
          op.name()
              + ": input "
              + in.format().describe()
              + " and output "
              + out.format().describe()
              + " differ");
    }
    return f;
  }

  private static List<String> window(Operation op, Window w, TensorSpec in, TensorSpec out) {
    int h = w.outHeight(in.shape().height());
    int x = w.outWidth(in.shape().width());
    return h == out.shape().height() && x == out.shape().width()
        ? List.of()
        : List.of(
            op.name() + ": window gives " + h + "x" + x + " outputs, tensor says " + out.shape());
  }

  private static List<String> pool(Operation op, Window w, TensorSpec in, TensorSpec out) {
    List<String> f = new ArrayList<>(window(op, w, in, out));
    f.addAll(same(op, in, out, in.shape().channels() == out.shape().channels()));
    if (w.dilationX() != 1 || w.dilationY() != 1) {
      f.add(op.name() + ": pooling windows are not dilated");
    }
    if (w.padTop() >= w.height()
        || w.padBottom() >= w.height()
        || w.padLeft() >= w.width()
        || w.padRight() >= w.width()) {
      f.add(op.name() + ": a pooling window may lie wholly in the padding");
    }
    return f;
  }

  private static List<String> weighted(
      WeightedOperation op, int k, ActivationFormat in, ActivationFormat out) {
    List<String> f = new ArrayList<>();
    boolean ok =
        switch (op.requantization()) {
          case MultiplierRequantization m ->
              in instanceof AffineFormat
                  && out instanceof AffineFormat
                  && (op.weightFormat().scales() == 1 || op.weightFormat().scales() == k)
                  && (m.multipliers().size() == 1 || m.multipliers().size() == k);
          case ShiftRequantization s ->
              in instanceof QFormat
                  && out instanceof QFormat o
                  && o.bits() == s.bits()
                  && powerOfTwo(op.weightFormat());
        };
    if (!ok) {
      f.add(op.name() + ": requantization does not fit its formats and " + k + " output channels");
      return f;
    }
    for (int i = 0; i < op.weights().size(); i++) {
      int w = op.weights().get(i);
      if (!op.weightFormat().isCode(w)) {
        f.add(
            op.name()
                + ": weight code "
                + w
                + " at index "
                + i
                + " exceeds "
                + op.weightFormat().bits()
                + " bits");
        return f;
      }
    }
    f.addAll(AccumulatorRange.faults(op, in));
    return f;
  }

  /** Whether weights fit dynamic fixed point: their one scale is a power of two. */
  private static boolean powerOfTwo(WeightFormat f) {
    return switch (f) {
      case QFormat q -> true;
      case LogFormat l -> true;
      case CodeBook b -> powerOfTwo(b.of());
      case ChannelScales s -> false;
    };
  }
}
