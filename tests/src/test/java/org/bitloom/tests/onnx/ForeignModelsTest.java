package org.bitloom.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.onnx.QuantizedOnnxImport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The models of the ONNX project, written by its own tools and by PyTorch's exporter, with inputs
 * and outputs: Debian's package libonnx-testdata. Each is imported and computes what the file says,
 * or is refused with one line.
 */
class ForeignModelsTest {
  private static final Path DATA = Path.of("/usr/share/libonnx-testdata/data");

  /** Models that must be read: a list of what exporters write most. */
  private static final List<String> NEEDED =
      List.of(
          "pytorch-converted/test_Conv1d_pad2",
          "pytorch-converted/test_Conv1d_groups",
          "pytorch-converted/test_Conv2d",
          "pytorch-converted/test_Conv2d_depthwise_with_multiplier",
          "pytorch-converted/test_Conv2d_dilated",
          "pytorch-converted/test_Conv2d_groups",
          "pytorch-converted/test_Conv2d_strided",
          "pytorch-converted/test_BatchNorm2d_eval",
          "pytorch-converted/test_Linear",
          "pytorch-converted/test_Linear_no_bias",
          "pytorch-converted/test_LeakyReLU",
          "pytorch-converted/test_MaxPool2d",
          "pytorch-converted/test_AvgPool2d",
          "pytorch-converted/test_ZeroPad2d",
          "pytorch-converted/test_Sigmoid",
          "node/test_conv_with_autopad_same",
          "node/test_conv_with_strides_padding",
          "node/test_batchnorm_epsilon",
          "node/test_averagepool_2d_same_lower",
          "node/test_averagepool_2d_ceil",
          "node/test_maxpool_2d_ceil",
          "node/test_lrn");

  private static List<Path> models() throws IOException {
    assertTrue(
        Files.isDirectory(DATA), "install the ONNX test data: apt-get install libonnx-testdata");
    try (Stream<Path> s = Files.walk(DATA, 2)) {
      return s.filter(p -> Files.exists(p.resolve("model.onnx"))).sorted().toList();
    }
  }

  private static TensorProto tensor(Path model, String name) throws IOException {
    return TensorProto.parseFrom(
        Files.readAllBytes(model.resolve("test_data_set_0").resolve(name + ".pb")));
  }

  /** The model with all inputs but the first as constants, which tests of single nodes pass. */
  private static byte[] constants(Path model) throws IOException {
    ModelProto.Builder m =
        ModelProto.parseFrom(Files.readAllBytes(model.resolve("model.onnx"))).toBuilder();
    GraphProto.Builder g = m.getGraphBuilder();
    List<ValueInfoProto> inputs = List.copyOf(g.getInputList());
    TreeSet<String> there = new TreeSet<>();
    g.getInitializerList().forEach(t -> there.add(t.getName()));
    for (int i = 1; i < inputs.size(); i++) {
      Path file = model.resolve("test_data_set_0").resolve("input_" + i + ".pb");
      if (!there.contains(inputs.get(i).getName()) && Files.exists(file)) {
        g.addInitializer(tensor(model, "input_" + i).toBuilder().setName(inputs.get(i).getName()));
      }
    }
    return m.build().toByteArray();
  }

  private static float[] floats(TensorProto t) {
    if (t.getRawData().isEmpty()) {
      float[] f = new float[t.getFloatDataCount()];
      for (int i = 0; i < f.length; i++) {
        f[i] = t.getFloatData(i);
      }
      return f;
    }
    ByteBuffer b = t.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] f = new float[b.remaining() / 4];
    b.asFloatBuffer().get(f);
    return f;
  }

  @Test
  void computeWhatTheirFilesSayOrAreRefused() throws IOException {
    TreeSet<String> read = new TreeSet<>();
    int refused = 0;
    for (Path model : models()) {
      String name = DATA.relativize(model).toString();
      FloatNetwork n;
      try {
        n = OnnxImport.decode(constants(model), name);
      } catch (BadInputException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        refused++;
        continue;
      }
      TensorProto x = tensor(model, "input_0");
      TensorProto y = tensor(model, "output_0");
      if (x.getDataType() == TensorProto.DataType.FLOAT.getNumber()) {
        compare(name, n, x, y);
        read.add(name);
      }
    }
    System.out.println(read.size() + " models read, " + refused + " refused");
    assertEquals(List.of(), NEEDED.stream().filter(m -> !read.contains(m)).toList(), "refused");
    assertTrue(read.size() >= 85, read.size() + " models read: " + read);
  }

  private static void compare(String name, FloatNetwork n, TensorProto x, TensorProto y) {
    float[] in = floats(x);
    float[] want = floats(y);
    int size = n.input().size();
    int samples = in.length / size;
    assertEquals(samples * size, in.length, name);
    assertEquals(samples * n.output().size(), want.length, name + " " + n.output());
    NetworkPass pass = new NetworkPass(n, 1);
    for (int i = 0; i < samples; i++) {
      float[] got = pass.forward(last(in, i * size, n.input()), 1);
      float[] expected = last(want, i * n.output().size(), n.output());
      double largest = 1e-3;
      for (float v : expected) {
        largest = Math.max(largest, Math.abs(v));
      }
      for (int k = 0; k < expected.length; k++) {
        assertEquals(expected[k], got[k], 1e-4 * largest, name + " " + k);
      }
    }
  }

  /** One sample from channels first to channels last. */
  private static float[] last(float[] v, int from, Shape s) {
    int pixels = s.height() * s.width();
    float[] out = new float[s.size()];
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < s.channels(); c++) {
        out[p * s.channels() + c] = v[from + c * pixels + p];
      }
    }
    return out;
  }

  /** Operators with their scales: unsigned codes, moved by 128 here. */
  @ParameterizedTest
  @ValueSource(strings = {"node/test_qlinearconv", "node/test_qlinearmatmul_2D"})
  void quantizedOperators(String name) throws IOException {
    models();
    Path model = DATA.resolve(name);
    QuantizedNetwork n = QuantizedOnnxImport.decode(constants(model), name, RoundingPolicy.SINGLE);
    byte[] in = tensor(model, "input_0").getRawData().toByteArray();
    byte[] want = tensor(model, "output_0").getRawData().toByteArray();
    int size = n.inputSpec().shape().size();
    for (int i = 0; i < in.length / size; i++) {
      int[] codes = new int[size];
      for (int j = 0; j < size; j++) {
        codes[j] = (in[i * size + j] & 0xff) - 128;
      }
      List<CodeTensor> all =
          new ReferenceExecutor(n).run(CodeTensor.wrap(n.inputSpec().shape(), codes));
      CodeTensor got = all.get(n.output());
      for (int k = 0; k < got.size(); k++) {
        assertEquals((want[i * got.size() + k] & 0xff) - 128, got.get(k), name + " " + k);
      }
    }
  }
}
