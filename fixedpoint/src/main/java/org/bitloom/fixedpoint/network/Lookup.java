package org.bitloom.fixedpoint.network;

import java.util.List;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * Any scalar function of a code, as a table: the table is the definition.
 *
 * @param function its name, such as {@code sigmoid}
 * @param table output code of each input code, from the smallest input code on
 */
public record Lookup(String name, String function, int input, int output, CodeTensor table)
    implements Operation {

  @Override
  public List<Integer> inputs() {
    return List.of(input);
  }

  @Override
  public String kind() {
    return function;
  }
}
