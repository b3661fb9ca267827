package org.bitloom.trainer.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitloom.fixedpoint.file.Suggestion;

/**
 * One entry of {@code layers:}. Which keys an entry takes follows from its type, see {@link #KEYS};
 * all are optional but the ones named in {@link LayerBuilder}.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record LayerConfig(
    String type,
    String name,
    List<String> inputs,
    String share,
    Integer filters,
    Integer units,
    Extent kernel,
    Extent stride,
    Extent dilation,
    String padding,
    Integer groups,
    Extent size,
    Integer ratio,
    Double rate,
    Boolean usual,
    Double alpha,
    Double beta,
    Double k,
    Double momentum,
    Double epsilon,
    Integer top,
    Integer left,
    Integer bottom,
    Integer right,
    Boolean batchNorm,
    String activation,
    Boolean weightNorm,
    Boolean spectralNorm,
    Double dropConnect) {

  /** The keys of every type, besides {@code type}, {@code name} and {@code inputs}. */
  static final Map<String, Set<String>> KEYS = keys();

  private static Map<String, Set<String>> keys() {
    Map<String, Set<String>> m = new LinkedHashMap<>();
    String weighted = " share batch_norm activation weight_norm spectral_norm drop_connect";
    put(m, "conv", "filters kernel stride dilation padding groups" + weighted);
    put(m, "depthwise", "kernel stride dilation padding" + weighted);
    put(m, "pointwise", "filters" + weighted);
    put(m, "separable", "filters kernel stride padding batch_norm activation");
    put(m, "ghost", "filters kernel stride padding ratio batch_norm activation");
    put(m, "dense", "units" + weighted);
    for (String f : List.of("relu", "relu6", "sigmoid", "tanh", "hard_sigmoid", "hard_swish")) {
      put(m, f, "");
    }
    put(m, "leaky_relu", "alpha");
    put(m, "max_pool", "size stride padding");
    put(m, "average_pool", "size stride padding");
    put(m, "global_average_pool", "");
    put(m, "flatten", "");
    put(m, "add", "");
    put(m, "subtract", "");
    put(m, "concat", "");
    put(m, "pad", "top left bottom right");
    put(m, "softmax", "");
    put(m, "batch_norm", "momentum epsilon");
    put(m, "layer_norm", "epsilon");
    put(m, "instance_norm", "epsilon");
    put(m, "group_norm", "groups epsilon");
    put(m, "local_response_norm", "size k alpha beta");
    put(m, "dropout", "rate");
    put(m, "gaussian_dropout", "rate usual");
    put(m, "standout", "alpha beta");
    return m;
  }

  private static void put(Map<String, Set<String>> m, String type, String keys) {
    m.put(type, Set.of(keys.isBlank() ? new String[0] : keys.trim().split(" ")));
  }

  /** Refuses an unknown type and keys the type does not take. */
  void check() {
    if (type == null) {
      throw new IllegalArgumentException("has no type, write one of " + words(KEYS.keySet()));
    }
    Set<String> allowed = KEYS.get(type);
    if (allowed == null) {
      throw new IllegalArgumentException(
          "type is "
              + type
              + Suggestion.of(type, KEYS.keySet())
              + ", the types are "
              + words(KEYS.keySet()));
    }
    for (String key : given()) {
      if (!allowed.contains(key)) {
        throw new IllegalArgumentException(
            type
                + " takes no "
                + key
                + Suggestion.of(key, allowed)
                + (allowed.isEmpty() ? "" : ", its keys are " + words(allowed)));
      }
    }
  }

  private static String words(Set<String> s) {
    return String.join(", ", s.stream().sorted().toList());
  }

  private List<String> given() {
    List<String> keys = new ArrayList<>();
    for (RecordComponent c : LayerConfig.class.getRecordComponents()) {
      String key = c.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
      try {
        if (!Set.of("type", "name", "inputs").contains(key)
            && c.getAccessor().invoke(this) != null) {
          keys.add(key);
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return keys;
  }
}
