package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A network's parameters after their transforms, and the way back for gradients. */
public final class EffectiveValues implements Values {
  private final List<Parameter> parameters;
  private final Map<Parameter, List<float[]>> stages = new IdentityHashMap<>();

  /** For some parameters; those without transforms are used as they are. */
  public EffectiveValues(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
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
    for (Parameter p : parameters) {
      List<float[]> s = stages(p);
      for (int i = 0; i < p.transforms().size(); i++) {
        p.transforms()
            .get(i)
            .apply(s.get(i), s.get(i + 1), training, seed * 1_000_003 + 31L * at++);
      }
    }
  }

  /** The values before and after each transform; transforms may have been attached since. */
  private List<float[]> stages(Parameter p) {
    List<float[]> s = stages.computeIfAbsent(p, q -> new ArrayList<>(List.of(q.values())));
    while (s.size() <= p.transforms().size()) {
      s.add(new float[p.values().length]);
    }
    return s;
  }

  @Override
  public float[] of(Parameter p) {
    List<float[]> s = stages.get(p);
    return s == null ? p.values() : s.getLast();
  }

  /** Turns gradients with respect to effective values into those of the trained ones, in place. */
  public void backward(Gradients g) {
    for (Parameter p : parameters) {
      List<float[]> s = stages(p);
      for (int i = p.transforms().size() - 1; i >= 0; i--) {
        p.transforms().get(i).backward(s.get(i), s.get(i + 1), g.of(p), g);
      }
    }
  }
}
