package org.bitloom.fixedpoint.network;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
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
    TensorSpec in = tensors.get(op.inputs().getFirst());
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
    };
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
                  && op.weightFormat() instanceof ChannelScales s
                  && (s.perTensor() || s.scales().size() == k)
                  && (m.multipliers().size() == 1 || m.multipliers().size() == k);
          case ShiftRequantization s ->
              in instanceof QFormat
                  && out instanceof QFormat o
                  && o.bits() == s.bits()
                  && op.weightFormat() instanceof QFormat;
        };
    if (!ok) {
      f.add(op.name() + ": requantization does not fit its formats and " + k + " output channels");
      return f;
    }
    int limit = 1 << (op.weightFormat().bits() - 1);
    for (int i = 0; i < op.weights().size(); i++) {
      int w = op.weights().get(i);
      if (w < -limit || w >= limit) {
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
}
