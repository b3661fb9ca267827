package org.bitloom.trainer.layer;

/** The values a layer computes with in the place of a parameter's. */
@FunctionalInterface
public interface Values {
  /** The values, row major, in the parameter's shape. */
  float[] of(Parameter p);
}
