package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * A trained tensor. The values are written by the optimiser only. Layers compute with its
 * <em>effective</em> values: the values after its {@link Transform}s, see {@link EffectiveValues}.
 * Two layers that hold the same parameter share their weights.
 */
public final class Parameter {
  private final String name;
  private final Shape shape;
  private final float[] values;
  private final List<Transform> transforms = new ArrayList<>();

  /**
   * Takes over the array.
   *
   * @param name unique within the network, such as {@code conv1.weight}
   * @param values row major
   */
  public Parameter(String name, Shape shape, float[] values) {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(
          name + ": shape " + shape + " has not " + values.length + " elements");
    }
    this.name = name;
    this.shape = shape;
    this.values = values;
  }

  /** Zeros. */
  public static Parameter zeros(String name, Shape shape) {
    return new Parameter(name, shape, new float[shape.size()]);
  }

  /** All elements the same. */
  public static Parameter constant(String name, Shape shape, float value) {
    float[] v = new float[shape.size()];
    java.util.Arrays.fill(v, value);
    return new Parameter(name, shape, v);
  }

  /** Name, unique within the network. */
  public String name() {
    return name;
  }

  /** Extents. */
  public Shape shape() {
    return shape;
  }

  /** The trained numbers, row major; shared, not a copy. */
  public float[] values() {
    return values;
  }

  /** What lies between the values and what layers compute with, in order. */
  public List<Transform> transforms() {
    return List.copyOf(transforms);
  }

  /** Appends a transform; before training begins. */
  public Parameter attach(Transform t) {
    transforms.add(t);
    return this;
  }

  /** The values layers compute with when not training. */
  public float[] effective() {
    float[] v = values;
    for (Transform t : transforms) {
      float[] out = new float[v.length];
      t.apply(v, out, false, 0);
      v = out;
    }
    return v;
  }
}
