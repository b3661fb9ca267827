package org.bitloom.tests.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.onnx.QdqExport;

/** Models in ONNX Runtime, channels last on our side. */
final class Ort {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private Ort() {}

  /** Output of a float model for one sample {@code [y][x][c]}. */
  static float[] run(byte[] model, float[] x, Shape s) throws OrtException {
    try (OrtSession session = ENVIRONMENT.createSession(model);
        OnnxTensor in = input(x, s);
        OrtSession.Result r = session.run(Map.of(session.getInputNames().iterator().next(), in))) {
      OnnxTensor t = (OnnxTensor) r.get(0);
      float[] v = new float[t.getFloatBuffer().remaining()];
      t.getFloatBuffer().get(v);
      return last(v, t.getInfo().getShape());
    }
  }

  private static OnnxTensor input(float[] x, Shape s) throws OrtException {
    int pixels = s.height() * s.width();
    float[] first = new float[x.length];
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < s.channels(); c++) {
        first[c * pixels + p] = x[p * s.channels() + c];
      }
    }
    long[] dims = {1, s.channels(), s.height(), s.width()};
    return OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(first), dims);
  }

  private static float[] last(float[] v, long[] dims) {
    if (dims.length < 3) {
      return v;
    }
    int c = (int) dims[1];
    int pixels = v.length / c;
    float[] out = new float[v.length];
    for (int p = 0; p < pixels; p++) {
      for (int k = 0; k < c; k++) {
        out[p * c + k] = v[k * pixels + p];
      }
    }
    return out;
  }

  /** A quantized network in QDQ form that hands out the codes of every tensor. */
  static final class Codes implements AutoCloseable {
    private final QuantizedNetwork network;
    private final OrtSession session;

    Codes(QuantizedNetwork network) throws OrtException {
      this.network = network;
      session = ENVIRONMENT.createSession(QdqExport.encode(network, true));
    }

    /** Codes of all tensors for the reals of one input. */
    List<CodeTensor> run(float[] x) throws OrtException {
      try (OnnxTensor in = input(x, network.inputSpec().shape());
          OrtSession.Result r = session.run(Map.of("input", in))) {
        List<CodeTensor> all = new ArrayList<>();
        for (int t = 0; t < network.tensors().size(); t++) {
          OnnxTensor v = (OnnxTensor) r.get(QdqExport.codes(network, t)).orElseThrow();
          all.add(codes(v, network.tensor(t).shape(), network.tensor(t).format()));
        }
        return all;
      }
    }

    private static CodeTensor codes(OnnxTensor t, Shape s, ActivationFormat f) {
      float[] v;
      if (f.bits() > 8) {
        ShortBuffer b = t.getShortBuffer();
        v = new float[b.remaining()];
        for (int i = 0; i < v.length; i++) {
          v[i] = b.get();
        }
      } else {
        ByteBuffer b = t.getByteBuffer();
        v = new float[b.remaining()];
        for (int i = 0; i < v.length; i++) {
          v[i] = b.get();
        }
      }
      float[] ordered = last(v, t.getInfo().getShape());
      int[] codes = new int[ordered.length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (int) ordered[i];
      }
      return CodeTensor.wrap(s, codes);
    }

    @Override
    public void close() throws OrtException {
      session.close();
    }
  }
}
