package org.bitloom.fixedpoint.network;

import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * One step of a network. The family is closed: whoever handles operations does so by an exhaustive
 * {@code switch} without a default, so that a new one does not compile until everything handles it.
 */
public sealed interface Operation
    permits WeightedOperation,
        MaxPool2d,
        AveragePool2d,
        Mean,
        Relu,
        Flatten,
        Add,
        Multiply,
        Concatenate,
        Requantize,
        Trim,
        Pad,
        Lookup,
        Softmax,
        Constant {

  /** The author's name for it. */
  String name();

  /** Index of the tensor it writes. */
  int output();

  /** Indices of the tensors it reads, in order. */
  List<Integer> inputs();

  /** The word for it in reports: {@code conv}, {@code dense}, {@code max_pool}, ... */
  String kind();

  /** The same operation reading other tensors, given for each tensor it reads. */
  default Operation reading(IntUnaryOperator f) {
    return switch (this) {
      case Conv2d o ->
          new Conv2d(
              o.name(),
              f.applyAsInt(o.input()),
              o.output(),
              o.window(),
              o.groups(),
              o.weights(),
              o.weightFormat(),
              o.bias(),
              o.requantization(),
              o.clamp());
      case Dense o ->
          new Dense(
              o.name(),
              f.applyAsInt(o.input()),
              o.output(),
              o.weights(),
              o.weightFormat(),
              o.bias(),
              o.requantization(),
              o.clamp());
      case MaxPool2d o ->
          new MaxPool2d(o.name(), f.applyAsInt(o.input()), o.output(), o.window(), o.clamp());
      case AveragePool2d o ->
          new AveragePool2d(
              o.name(), f.applyAsInt(o.input()), o.output(), o.window(), o.rounding(), o.clamp());
      case Mean o ->
          new Mean(
              o.name(), f.applyAsInt(o.input()), o.output(), o.policy(), o.multiplier(), o.clamp());
      case Relu o -> new Relu(o.name(), f.applyAsInt(o.input()), o.output(), o.clamp());
      case Flatten o -> new Flatten(o.name(), f.applyAsInt(o.input()), o.output());
      case Add o ->
          new Add(
              o.name(),
              f.applyAsInt(o.left()),
              f.applyAsInt(o.right()),
              o.output(),
              o.subtract(),
              o.addition(),
              o.clamp());
      case Multiply o ->
          new Multiply(
              o.name(),
              f.applyAsInt(o.left()),
              f.applyAsInt(o.right()),
              o.output(),
              o.requantization(),
              o.clamp());
      case Requantize o ->
          new Requantize(
              o.name(), f.applyAsInt(o.input()), o.output(), o.requantization(), o.clamp());
      case Trim o -> new Trim(o.name(), f.applyAsInt(o.input()), o.output(), o.threshold());
      case Pad o ->
          new Pad(
              o.name(),
              f.applyAsInt(o.input()),
              o.output(),
              o.top(),
              o.left(),
              o.bottom(),
              o.right());
      case Lookup o ->
          new Lookup(o.name(), o.function(), f.applyAsInt(o.input()), o.output(), o.table());
      case Softmax o ->
          new Softmax(
              o.name(),
              f.applyAsInt(o.input()),
              o.output(),
              o.policy(),
              o.multiplier(),
              o.smallest());
      case Concatenate o ->
          new Concatenate(
              o.name(),
              o.inputs().stream().map(f::applyAsInt).toList(),
              o.output(),
              o.axis(),
              o.rescale());
      case Constant o -> o;
    };
  }
}
