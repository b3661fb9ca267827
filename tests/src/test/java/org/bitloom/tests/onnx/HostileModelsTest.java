package org.bitloom.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bitloom.cli.Main;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkBuilder;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.onnx.OnnxImport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that mean harm: the one-line error, or safe names everywhere. */
class HostileModelsTest {
  @TempDir Path dir;

  private static FloatNetwork network(String first, String second) {
    NetworkBuilder b = new NetworkBuilder(Shape.of(28, 28, 1));
    Conv2dLayer conv = new Conv2dLayer(first, b.shape(0), 4, Window.valid(3, 3, 3, 3));
    int t = b.add(conv, 0);
    b.add(new DenseLayer(second, conv.output(), 10), t);
    FloatNetwork n = b.build(first);
    n.initialise(new SplittableRandom(1));
    return n;
  }

  static Stream<String> names() {
    return Stream.of(
        "line\nbreak\u0000and\u0007bell\u001b[31m",
        "\"quotes' and \\\\ backslashes */ endmodule // `define",
        "<script>alert(1)</script>&amp;",
        "module",
        "../../../etc/passwd",
        "",
        "x".repeat(10_000));
  }

  /** A name goes through import, conversion, Verilog, Verilator, JSON and reports. */
  @ParameterizedTest
  @MethodSource("names")
  void namesAreMadeSafe(String name) throws Exception {
    Path model = dir.resolve("m.onnx");
    Files.write(model, OnnxExport.encode(network(name, name + "2")));
    Path net = dir.resolve("m.bitloom");
    assertEquals(0, Main.execute("quantize", model.toString(), "--out", net.toString()));
    Path rtl = dir.resolve("rtl");
    assertEquals(
        0,
        Main.execute(
            "verify",
            net.toString(),
            "--samples",
            "1",
            "--accelerator",
            "tiny",
            "--out",
            rtl.toString()));
    try (Stream<Path> files = Files.walk(rtl)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        String file = f.getFileName().toString();
        assertTrue(file.matches("[A-Za-z0-9_.-]{1,100}"), file);
        if (file.endsWith(".v") || file.endsWith(".sv") || file.endsWith(".vh")) {
          String text = Files.readString(f);
          assertFalse(text.contains("<script>") || text.contains("endmodule // `define"), file);
          assertTrue(text.chars().allMatch(c -> c == '\n' || c >= ' ' && c < 127), file);
          assertTrue(text.lines().allMatch(l -> l.length() < 2_000), file);
        }
      }
    }
    Path trace = dir.resolve("trace.json");
    assertEquals(
        0, Main.execute("simulate", net.toString(), "--samples", "1", "--trace", trace.toString()));
    new ObjectMapper().readTree(Files.readAllBytes(trace));
  }

  private static byte[] changed(Consumer<ModelProto.Builder> change) throws Exception {
    ModelProto.Builder m = ModelProto.parseFrom(OnnxExport.encode(network("a", "b"))).toBuilder();
    change.accept(m);
    return m.build().toByteArray();
  }

  private static String refusal(byte[] model) {
    String message =
        assertThrows(BadInputException.class, () -> OnnxImport.decode(model, "m.onnx"))
            .getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void cyclesAreRefused() throws Exception {
    byte[] m =
        changed(
            b -> {
              NodeProto.Builder n = b.getGraphBuilder().getNodeBuilder(0);
              n.setInput(0, "b");
            });
    assertTrue(refusal(m).contains("no layer's output before it"));
  }

  @Test
  void absurdShapesAreRefused() throws Exception {
    assertTrue(
        refusal(changed(b -> b.getGraphBuilder().getInitializerBuilder(0).setDims(0, 1L << 40)))
            .contains("absurd"));
    assertTrue(
        refusal(
                changed(
                    b ->
                        b.getGraphBuilder()
                            .getInputBuilder(0)
                            .getTypeBuilder()
                            .getTensorTypeBuilder()
                            .getShapeBuilder()
                            .getDimBuilder(2)
                            .setDimValue(1L << 50)))
            .contains("absurd"));
  }

  /** Everything unsupported is listed at once, by name. */
  @Test
  void unsupportedNodesAreListedTogether() throws Exception {
    String message =
        refusal(
            changed(
                b -> {
                  b.getGraphBuilder().getNodeBuilder(0).setOpType("Einsum");
                  b.getGraphBuilder()
                      .addNode(
                          NodeProto.newBuilder()
                              .setName("side")
                              .setOpType("LSTM")
                              .addInput("input")
                              .addOutput("side"));
                }));
    assertTrue(message.contains("a (Einsum)") && message.contains("side (LSTM)"), message);
  }

  /** Data beside the model is read; data outside its folder is not, also through a link. */
  @Test
  void externalDataStaysInTheFolder() throws Exception {
    FloatNetwork n = network("a", "b");
    ModelProto whole = ModelProto.parseFrom(OnnxExport.encode(n));
    Path folder = Files.createDirectories(dir.resolve("model"));
    byte[] raw = whole.getGraph().getInitializer(0).getRawData().toByteArray();
    Files.write(folder.resolve("w.bin"), raw);
    Files.write(dir.resolve("secret.bin"), raw);
    Files.createSymbolicLink(folder.resolve("link.bin"), dir.resolve("secret.bin"));
    for (String location :
        List.of(
            "w.bin", "../secret.bin", dir.resolve("secret.bin").toString(), "link.bin", "none")) {
      ModelProto.Builder m = whole.toBuilder();
      m.getGraphBuilder()
          .getInitializerBuilder(0)
          .clearRawData()
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .addExternalData(
              StringStringEntryProto.newBuilder().setKey("location").setValue(location));
      Path file = folder.resolve("m.onnx");
      Files.write(file, m.build().toByteArray());
      if (location.equals("w.bin")) {
        assertEquals(3, OnnxImport.read(file).nodes().size());
      } else {
        String message =
            assertThrows(BadInputException.class, () -> OnnxImport.read(file)).getMessage();
        assertTrue(message.contains("outside") || message.contains("cannot be read"), message);
      }
    }
  }

  @Test
  void configurationsNameWhatIsWrong() {
    String message =
        assertThrows(
                BadInputException.class,
                () ->
                    TrainingConfig.parse(
                            "epochs: 1\noptimizer: {type: adam, rate: 1}\nlayers:\n  - {type: relu, filters: 3}\n",
                            "t")
                        .network(Shape.of(4, 4, 1), "t"))
            .getMessage();
    assertTrue(message.contains("relu takes no filters"), message);
  }
}
