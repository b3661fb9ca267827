package org.bitloom.fixedpoint.network;

import java.util.List;

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
}
