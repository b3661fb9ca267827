package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A network's parameters after their transforms, and the way back for gradients. */
public final class EffectiveValues implements Values {
  private final List<Parameter> transformed;
  private final Map<Parameter, List<float[]>> stages = new IdentityHashMap<>();

  /** Buffers for some parameters; those without transforms are used as they are. */
  public EffectiveValues(List<Parameter> parameters) {
    transformed = parameters.stream().filter(p -> !p.transforms().isEmpty()).toList();
    for (Parameter p : transformed) {
      List<float[]> s = new ArrayList<>();
      s.add(p.values());
      p.transforms().forEach(t -> s.add(new float[p.values().length]));
      stages.put(p, s);
    }
  }

  /** Computes all values as when not training. */
  public static EffectiveValues of(FloatNetwork network) {
    EffectiveValues v = new EffectiveValues(network.parameters());
    v.compute(false, 0);
    return v;
  }

  /** Computes all values anew. */
  public void compute(boolean training, long seed) {
    int at = 0;
    for (Parameter p : transformed) {
      List<float[]> s = stages.get(p);
      for (int i = 0; i < p.transforms().size(); i++) {
        p.transforms()
            .get(i)
            .apply(s.get(i), s.get(i + 1), training, seed * 1_000_003 + 31L * at++);
      }
    }
  }

  @Override
  public float[] of(Parameter p) {
    List<float[]> s = stages.get(p);
    return s == null ? p.values() : s.getLast();
  }

  /** Turns gradients with respect to effective values into those of the trained ones, in place. */
  public void backward(Gradients g) {
    for (Parameter p : transformed) {
      List<float[]> s = stages.get(p);
      for (int i = p.transforms().size() - 1; i >= 0; i--) {
        p.transforms().get(i).backward(s.get(i), s.get(i + 1), g.of(p), g);
      }
    }
  }
}
