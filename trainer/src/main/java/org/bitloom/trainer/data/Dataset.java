package org.bitloom.trainer.data;

import java.util.Arrays;
import org.bitloom.fixedpoint.tensor.Shape;

/** Labelled samples: pixels as unsigned bytes, whose real is {@code byte / 255}, or reals. */
public final class Dataset {
  private final String name;
  private final Shape shape;
  private final byte[] pixels; // or null
  private final float[] reals; // or null
  private final int[] labels;
  private final int classes;

  private Dataset(
      String name, Shape shape, byte[] pixels, float[] reals, int[] labels, int classes) {
    long held = pixels != null ? pixels.length : reals.length;
    if (held != (long) labels.length * shape.size()) {
      throw new IllegalArgumentException(
          name + ": " + held + " numbers for " + labels.length + " labels");
    }
    this.name = name;
    this.shape = shape;
    this.pixels = pixels;
    this.reals = reals;
    this.labels = labels;
    this.classes = classes;
  }

  /** Takes over bytes {@code [n][y][x][c]}; labels are 0 to {@code classes - 1}. */
  public static Dataset ofBytes(
      String name, Shape shape, byte[] pixels, int[] labels, int classes) {
    return new Dataset(name, shape, pixels, null, labels, classes);
  }

  /** Takes over reals {@code [n][y][x][c]}; labels are 0 to {@code classes - 1}. */
  public static Dataset ofReals(
      String name, Shape shape, float[] reals, int[] labels, int classes) {
    return new Dataset(name, shape, null, reals, labels, classes);
  }

  /** Where it came from. */
  public String name() {
    return name;
  }

  /** Shape of one sample. */
  public Shape shape() {
    return shape;
  }

  /** Number of samples. */
  public int size() {
    return labels.length;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Class of sample {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** Writes the reals of sample {@code i} to {@code target} at {@code at}. */
  public void reals(int i, float[] target, int at) {
    int n = shape.size();
    if (reals != null) {
      System.arraycopy(reals, i * n, target, at, n);
      return;
    }
    for (int j = 0; j < n; j++) {
      target[at + j] = (pixels[i * n + j] & 0xff) / 255f;
    }
  }

  /** The first {@code n} samples. */
  public Dataset first(int n) {
    return range(0, Math.min(n, size()));
  }

  /** Samples {@code from} to before {@code to}. */
  public Dataset range(int from, int to) {
    int s = shape.size();
    return new Dataset(
        name,
        shape,
        pixels == null ? null : Arrays.copyOfRange(pixels, from * s, to * s),
        reals == null ? null : Arrays.copyOfRange(reals, from * s, to * s),
        Arrays.copyOfRange(labels, from, to),
        classes);
  }
}
