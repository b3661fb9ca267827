package org.bitloom.trainer.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.Shape;

/** Numbers in rows: CSV and NumPy's files. */
final class Tabular {
  private Tabular() {}

  /**
   * A row is a label and its numbers; a first row that does not begin with a number is a heading.
   * Numbers of a square, or three, make an image; others a vector.
   */
  static Dataset csv(Path file) {
    String text = new String(SafeWrite.read(file, "give a .csv file"), StandardCharsets.UTF_8);
    List<float[]> rows = new ArrayList<>();
    int line = 0;
    for (String row : text.lines().toList()) {
      line++;
      if (row.isBlank() || line == 1 && !row.strip().matches("[-+0-9.].*")) {
        continue;
      }
      String[] cells = row.split(",");
      float[] v = new float[cells.length];
      try {
        for (int i = 0; i < v.length; i++) {
          v[i] = Float.parseFloat(cells[i].strip());
        }
      } catch (NumberFormatException e) {
        throw bad(file, "line " + line + " holds something that is no number", e);
      }
      if (v.length < 2 || !rows.isEmpty() && v.length != rows.getFirst().length) {
        throw bad(file, "line " + line + " has " + v.length + " columns", null);
      }
      rows.add(v);
    }
    if (rows.isEmpty()) {
      throw bad(file, "holds no rows", null);
    }
    int n = rows.getFirst().length - 1;
    float[] reals = new float[rows.size() * n];
    float[] labels = new float[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      labels[i] = rows.get(i)[0];
      System.arraycopy(rows.get(i), 1, reals, i * n, n);
    }
    return dataset(file, shape(n), reals, labels);
  }

  private static BadInputException bad(Path file, String what, Throwable cause) {
    return new BadInputException(
        file.toString(), what, "write a label and its numbers in each row", cause);
  }

  private static Shape shape(int n) {
    for (int channels : new int[] {1, 3}) {
      int side = (int) Math.round(Math.sqrt((double) n / channels));
      if (side >= 4 && side * side * channels == n) {
        return Shape.of(side, side, channels);
      }
    }
    return Shape.of(1, 1, n);
  }

  /** Images {@code n x H x W [x C]} or vectors {@code n x F}, and n labels. */
  static Dataset numpy(Path images, Path labels) {
    NpyFile.Numbers x = NpyFile.numbers(images);
    NpyFile.Numbers y = NpyFile.numbers(labels);
    List<Integer> d = x.shape().dims();
    Shape s =
        switch (d.size()) {
          case 4 -> Shape.of(d.get(1), d.get(2), d.get(3));
          case 3 -> Shape.of(d.get(1), d.get(2), 1);
          case 2 -> Shape.of(1, 1, d.get(1));
          default ->
              throw new BadInputException(
                  images.toString(), "has the shape " + x.shape(), "write n x H x W x C");
        };
    if (y.values().length != d.getFirst()) {
      throw new BadInputException(
          labels.toString(),
          "has " + y.values().length + " labels for " + d.getFirst() + " images",
          "use files of one data set");
    }
    float[] reals = x.values();
    if (x.integers()) { // bytes, as in images
      for (int i = 0; i < reals.length; i++) {
        reals[i] /= 255;
      }
    }
    return dataset(labels, s, reals, y.values());
  }

  private static Dataset dataset(Path file, Shape s, float[] reals, float[] labels) {
    int[] l = new int[labels.length];
    int classes = 2;
    for (int i = 0; i < l.length; i++) {
      l[i] = (int) labels[i];
      if (l[i] != labels[i] || l[i] < 0 || l[i] > 100_000) {
        throw new BadInputException(
            file.toString(), "has the label " + labels[i] + " at " + i, "labels count from 0");
      }
      classes = Math.max(classes, l[i] + 1);
    }
    return Dataset.ofReals(file.toString(), s, reals, l, classes);
  }
}
