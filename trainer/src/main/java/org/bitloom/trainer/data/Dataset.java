package org.bitloom.trainer.data;

import org.bitloom.fixedpoint.tensor.Shape;

/** Labelled images, pixels as unsigned bytes; the real of a pixel is {@code byte / 255}. */
public final class Dataset {
  private final String name;
  private final Shape shape;
  private final byte[] pixels;
  private final int[] labels;
  private final int classes;

  /**
   * Takes over the arrays; {@code pixels} holds {@code [n][y][x][c]}, labels are 0 to {@code
   * classes - 1}.
   */
  Dataset(String name, Shape shape, byte[] pixels, int[] labels, int classes) {
    if (pixels.length != (long) labels.length * shape.size()) {
      throw new IllegalArgumentException(
          name + ": " + pixels.length + " pixels for " + labels.length + " labels");
    }
    this.name = name;
    this.shape = shape;
    this.pixels = pixels;
    this.labels = labels;
    this.classes = classes;
  }

  /** Takes over bytes {@code [n][y][x][c]}, whose reals are {@code byte / 255}. */
  public static Dataset ofBytes(
      String name, Shape shape, byte[] pixels, int[] labels, int classes) {
    return new Dataset(name, shape, pixels, labels, classes);
  }

  /** Where it came from. */
  public String name() {
    return name;
  }

  /** Shape of one image. */
  public Shape shape() {
    return shape;
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Class of image {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** Writes the reals of image {@code i} to {@code target} at {@code at}. */
  public void reals(int i, float[] target, int at) {
    int n = shape.size();
    for (int j = 0; j < n; j++) {
      target[at + j] = (pixels[i * n + j] & 0xff) / 255f;
    }
  }

  /** The first {@code n} images. */
  public Dataset first(int n) {
    int m = Math.min(n, size());
    return new Dataset(
        name,
        shape,
        java.util.Arrays.copyOf(pixels, m * shape.size()),
        java.util.Arrays.copyOf(labels, m),
        classes);
  }
}
