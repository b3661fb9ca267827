package org.bitloom.cli.compare;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.onnx.LayerOutputs;

/** A model in ONNX Runtime, with the outputs of its layers made outputs of the model. */
final class OnnxModel implements Model {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final LayerOutputs layers;
  private final Path file;

  OnnxModel(Path file, boolean quantized) {
    this.file = file;
    layers =
        LayerOutputs.of(SafeWrite.read(file, "give an ONNX model"), file.toString(), quantized);
    try {
      session = environment.createSession(layers.model());
    } catch (OrtException e) {
      throw unusable(e);
    }
  }

  private BadInputException unusable(OrtException e) {
    String reason = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    return new BadInputException(
        file.toString(), "does not run in ONNX Runtime (" + reason + ")", "export it again", e);
  }

  @Override
  public Shape input() {
    return layers.input();
  }

  @Override
  public ActivationFormat format() {
    return null;
  }

  @Override
  public Map<String, Layer> run(float[] x) {
    Shape s = input();
    long[] dims =
        layers.rank() == 2
            ? new long[] {1, s.size()}
            : layers.rank() == 3
                ? new long[] {1, s.channels(), s.width()}
                : new long[] {1, s.channels(), s.height(), s.width()};
    float[] first = new float[x.length];
    int pixels = s.height() * s.width();
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < s.channels(); c++) {
        first[c * pixels + p] = x[p * s.channels() + c];
      }
    }
    try (OnnxTensor in = OnnxTensor.createTensor(environment, FloatBuffer.wrap(first), dims);
        OrtSession.Result r =
            session.run(
                Map.of(layers.inputName(), in),
                layers.outputs().values().stream().collect(java.util.stream.Collectors.toSet()))) {
      Map<String, Layer> all = new LinkedHashMap<>();
      for (Map.Entry<String, String> e : layers.outputs().entrySet()) {
        OnnxValue v = r.get(e.getValue()).orElseThrow();
        all.put(
            e.getKey(),
            new Layer(last((OnnxTensor) v), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
      }
      return all;
    } catch (OrtException e) {
      throw unusable(e);
    }
  }

  /** Values with the channels last. */
  private static float[] last(OnnxTensor t) {
    FloatBuffer b = t.getFloatBuffer();
    float[] v = new float[b.remaining()];
    b.get(v);
    long[] d = t.getInfo().getShape();
    if (d.length < 3) {
      return v;
    }
    int c = (int) d[1];
    int pixels = v.length / c;
    float[] out = new float[v.length];
    for (int p = 0; p < pixels; p++) {
      for (int k = 0; k < c; k++) {
        out[p * c + k] = v[k * pixels + p];
      }
    }
    return out;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw unusable(e);
    }
  }
}
