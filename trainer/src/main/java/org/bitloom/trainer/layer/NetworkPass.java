package org.bitloom.trainer.layer;

import java.util.List;

/** One worker's run of a whole network. */
public final class NetworkPass {
  private final Wiring wiring;
  private final List<Layer.Pass> passes;
  private final float[][] tensors;
  private final float[][] gradients;
  private final float[][] sums; // where gradients of several readers are added
  private final Layer.Run inference;

  /** Buffers for up to {@code samples} samples at a time; the values are those of now. */
  public NetworkPass(FloatNetwork network, int samples) {
    this(network.wiring(), samples, Layer.Run.inference(EffectiveValues.of(network)));
  }

  /** Buffers for a run step by step. */
  public NetworkPass(Wiring wiring, int samples) {
    this(wiring, samples, null);
  }

  private NetworkPass(Wiring wiring, int samples, Layer.Run inference) {
    this.wiring = wiring;
    this.inference = inference;
    passes = wiring.passes().stream().map(p -> p.apply(samples)).toList();
    tensors = new float[passes.size() + 1][];
    gradients = new float[passes.size() + 1][];
    sums = new float[passes.size() + 1][];
  }

  /** Output of {@code n} samples, not training; the array is reused by the next call. */
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
    tensors[0] = x;
    for (int i = 0; i < passes.size(); i++) {
      forward(i, n, inference);
      observer.layer(i, tensors[i + 1]);
    }
    return tensors[passes.size()];
  }

  /** Begins a run of single steps with the network's input. */
  public void begin(float[] x) {
    tensors[0] = x;
  }

  /** Runs one node. */
  public void forward(int node, int n, Layer.Run run) {
    tensors[node + 1] = passes.get(node).forward(inputs(node), n, run);
  }

  /** Number of nodes. */
  public int size() {
    return passes.size();
  }

  /** Runs all nodes; joint ones use running values. */
  public float[] forward(float[] x, int n, Layer.Run run) {
    begin(x);
    for (int i = 0; i < passes.size(); i++) {
      forward(i, n, run);
    }
    return tensors[passes.size()];
  }

  /** Output of the last run, or of a node of it. */
  public float[] tensor(int tensor) {
    return tensors[tensor];
  }

  /** The pass of a node. */
  public Layer.Pass pass(int node) {
    return passes.get(node);
  }

  /** Inputs of a node in the last run. */
  public float[][] inputs(int node) {
    return wiring.inputs().get(node).stream().map(t -> tensors[t]).toArray(float[][]::new);
  }

  /** Begins the way back with the gradient of the output. */
  public void beginBackward(float[] dy) {
    java.util.Arrays.fill(gradients, null);
    gradients[passes.size()] = dy;
  }

  /** The gradient of a node's output so far, null if nothing reads it. */
  public float[] gradient(int node) {
    return gradients[node + 1];
  }

  /** Runs one node backward. */
  public void backward(int node, int n, Layer.Run run, Gradients g) {
    float[] dy = gradients[node + 1];
    if (dy == null) {
      return;
    }
    List<Integer> from = wiring.inputs().get(node);
    boolean want = from.stream().anyMatch(t -> t > 0);
    float[][] dx = passes.get(node).backward(dy, n, run, g, want);
    for (int j = 0; want && j < from.size(); j++) {
      int t = from.get(j);
      if (t > 0) {
        gradients[t] = gradients[t] == null ? dx[j] : sum(t, dx[j], n);
      }
    }
  }

  private float[] sum(int tensor, float[] more, int n) {
    int size = n * wiring.shapes().get(tensor).size();
    float[] before = gradients[tensor];
    if (sums[tensor] == null || sums[tensor].length < size) {
      sums[tensor] = new float[size];
    }
    float[] s = sums[tensor];
    AddLayer.sum(before, more, s, size);
    return s;
  }
}
