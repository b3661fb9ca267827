package org.bitloom.fixedpoint.tensor;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Extents of a tensor, outermost first. Feature maps are {@code [y][x][c]}, weights {@code
 * [k][r][s][c]}.
 *
 * @param dims at least one extent, each at least 1, product at most 2^31 - 1
 */
public record Shape(List<Integer> dims) {

  /** Checks and copies. */
  public Shape {
    dims = List.copyOf(dims);
    if (dims.isEmpty()) {
      throw new IllegalArgumentException("a shape needs at least one extent");
    }
    long n = 1;
    for (int d : dims) {
      if (d < 1) {
        throw new IllegalArgumentException("extent " + d + " of " + dims + " is below 1");
      }
      n *= d;
      if (n > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("shape " + dims + " has more than 2^31 - 1 elements");
      }
    }
  }

  /** A shape from its extents. */
  public static Shape of(Integer... dims) {
    return new Shape(List.of(dims));
  }

  /** Number of elements. */
  public int size() {
    int n = 1;
    for (int d : dims) {
      n *= d;
    }
    return n;
  }

  /** Number of extents. */
  public int rank() {
    return dims.size();
  }

  /** Extent {@code i}. */
  public int dim(int i) {
    return dims.get(i);
  }

  /** Rows of a feature map {@code [y][x][c]}. */
  public int height() {
    return map(0);
  }

  /** Columns of a feature map. */
  public int width() {
    return map(1);
  }

  /** Channels of a feature map. */
  public int channels() {
    return map(2);
  }

  private int map(int i) {
    if (rank() != 3) {
      throw new IllegalArgumentException(this + " is not a feature map [y][x][c]");
    }
    return dims.get(i);
  }

  @Override
  public String toString() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
