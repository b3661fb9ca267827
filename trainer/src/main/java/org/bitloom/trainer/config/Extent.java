package org.bitloom.trainer.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

/**
 * A number for rows and columns, or {@code [rows, columns]}.
 *
 * @param rows along y
 * @param columns along x
 */
public record Extent(int rows, int columns) {

  /** The same for both. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Extent of(Object value) {
    return switch (value) {
      case Integer n -> new Extent(n, n);
      case List<?> l
          when l.size() == 2 && l.get(0) instanceof Integer r && l.get(1) instanceof Integer c ->
          new Extent(r, c);
      default ->
          throw new IllegalArgumentException(
              value + " is not a size, write a number or [rows, columns]");
    };
  }
}
