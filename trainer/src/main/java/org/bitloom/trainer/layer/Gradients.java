package org.bitloom.trainer.layer;

import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;

/** One array for each parameter, added to by the layers that hold it. */
public final class Gradients {
  private final Map<Parameter, float[]> arrays = new IdentityHashMap<>();

  /** Zeros for some parameters. */
  public Gradients(Collection<Parameter> parameters) {
    parameters.forEach(p -> arrays.put(p, new float[p.values().length]));
  }

  /** The array of a parameter; shared, not a copy. */
  public float[] of(Parameter p) {
    return arrays.get(p);
  }

  /** Sets all to zero. */
  public void clear() {
    arrays.values().forEach(a -> Arrays.fill(a, 0));
  }

  /** Adds another's arrays. */
  public void add(Gradients other) {
    arrays.forEach(
        (p, mine) -> {
          float[] theirs = other.of(p);
          for (int i = 0; i < mine.length; i++) {
            mine[i] += theirs[i];
          }
        });
  }
}
