package org.bitloom.fixedpoint.tensor;

import java.util.Arrays;

/** An immutable tensor of integers (codes, weights, biases), row major, compared by content. */
public final class CodeTensor {
  private final Shape shape;
  private final int[] codes;

  private CodeTensor(Shape shape, int[] codes) {
    this.shape = shape;
    this.codes = codes;
  }

  /** A tensor holding a copy of {@code codes}, whose length must be the shape's size. */
  public static CodeTensor of(Shape shape, int... codes) {
    return wrap(shape, codes.clone());
  }

  /** A vector. */
  public static CodeTensor vector(int... codes) {
    return of(Shape.of(codes.length), codes);
  }

  /**
   * Takes over {@code codes} without a copy: the caller gives the array away and never writes it
   * again.
   */
  public static CodeTensor wrap(Shape shape, int[] codes) {
    if (shape.size() != codes.length) {
      throw new IllegalArgumentException(
          "shape " + shape + " has " + shape.size() + " elements, found " + codes.length);
    }
    return new CodeTensor(shape, codes);
  }

  /** Extents. */
  public Shape shape() {
    return shape;
  }

  /** Number of elements. */
  public int size() {
    return codes.length;
  }

  /** Element {@code i} in row-major order. */
  public int get(int i) {
    return codes[i];
  }

  /** Element {@code (y, x, c)} of a feature map. */
  public int get(int y, int x, int c) {
    return codes[(y * shape.dim(1) + x) * shape.dim(2) + c];
  }

  /** The same elements under another shape of equal size. */
  public CodeTensor reshape(Shape other) {
    return wrap(other, codes);
  }

  /** A copy of the elements. */
  public int[] toArray() {
    return codes.clone();
  }

  /** Copies {@code length} elements from {@code from} on into {@code target} at {@code at}. */
  public void copyTo(int from, int[] target, int at, int length) {
    System.arraycopy(codes, from, target, at, length);
  }

  /** Index of the first element that differs from {@code other} of the same shape, or -1. */
  public int firstDifference(CodeTensor other) {
    if (!shape.equals(other.shape)) {
      throw new IllegalArgumentException("shapes " + shape + " and " + other.shape + " differ");
    }
    return Arrays.mismatch(codes, other.codes);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof CodeTensor t && shape.equals(t.shape) && Arrays.equals(codes, t.codes);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "CodeTensor " + shape;
  }
}
