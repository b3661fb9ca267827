package org.bitloom.trainer.layer;

import java.util.ArrayList;
import java.util.List;

/** One worker's run of a whole network. */
public final class NetworkPass {
  private final List<Layer> layers;
  private final List<Layer.Pass> passes;

  /** Buffers for up to {@code samples} samples at a time. */
  public NetworkPass(FloatNetwork network, int samples) {
    layers = network.layers();
    passes = layers.stream().map(l -> l.newPass(samples)).toList();
  }

  /** Output of {@code n} samples; the array is reused by the next call. */
  public float[] forward(float[] x, int n) {
    return forward(x, n, (layer, y) -> {});
  }

  /** Sees the output of a layer. */
  public interface Observer {
    /** Called after layer {@code layer}; {@code y} is valid during the call. */
    void layer(int layer, float[] y);
  }

  /** The same, showing every layer's output. */
  public float[] forward(float[] x, int n, Observer observer) {
    float[] y = x;
    for (int i = 0; i < passes.size(); i++) {
      y = passes.get(i).forward(y, n);
      observer.layer(i, y);
    }
    return y;
  }

  /** Adds the gradients of all parameters, in {@link FloatNetwork#parameters()} order. */
  public void backward(float[] dy, int n, List<float[]> gradients) {
    int end = gradients.size();
    float[] g = dy;
    for (int i = passes.size() - 1; i >= 0; i--) {
      int count = layers.get(i).parameters().size();
      List<float[]> own = new ArrayList<>(gradients.subList(end - count, end));
      end -= count;
      g = passes.get(i).backward(g, n, own, i > 0);
    }
  }
}
