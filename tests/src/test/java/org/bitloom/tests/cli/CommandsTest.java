package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program as scripts see it: standard output, standard error and exit status of real processes.
 */
class CommandsTest {
  private static final String YAML =
      """
      name: tiny
      epochs: 1
      optimizer: {type: adam, rate: 0.01}
      layers:
        - {name: conv, type: conv, filters: 6, kernel: 3, padding: same}
        - {name: relu, type: relu}
        - {name: pool, type: max_pool, size: 4}
        - {name: dense, type: dense, units: 10}
      """;

  @TempDir Path dir;
  private Path net;

  private Program.Result run(Map<String, String> environment, String... args) throws Exception {
    return Program.run(dir, environment, args);
  }

  private void refused(String says, String... args) throws Exception {
    Program.Result r = run(Map.of(), args);
    assertEquals(2, r.status(), r.toString());
    assertEquals("", r.out());
    assertEquals(1, r.err().strip().lines().count(), r.err());
    assertTrue(r.err().startsWith("bitloom: ") && r.err().contains(says), r.err());
  }

  @BeforeEach
  void aNetwork() {
    net = dir.resolve("net.bitloom");
    NetworkFile.write(net, RandomNetwork.of(4));
  }

  @Test
  void theChainFromTrainingToVerification() throws Exception {
    Files.writeString(dir.resolve("tiny.yaml"), YAML);
    Path data = dir.resolve("data");
    Files.createDirectories(data);
    for (String f :
        List.of(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte")) {
      try (var in =
          org.bitloom.trainer.data.FashionMnist.class.getResourceAsStream(
              "fashion-mnist-subset/" + f + ".gz")) {
        Files.write(data.resolve(f + ".gz"), in.readAllBytes());
      }
    }
    Program.Result train = run(Map.of(), "train", "tiny.yaml", "--data", "data", "--out", "m.onnx");
    assertEquals(0, train.status(), train.err());
    for (String format : List.of("int8", "dfp6")) {
      Program.Result q =
          run(
              Map.of(),
              "quantize",
              "m.onnx",
              "--format",
              format,
              "--data",
              "data",
              "--out",
              format + ".bitloom");
      assertEquals(0, q.status(), q.err());
      Program.Result e = run(Map.of(), "evaluate", format + ".bitloom", "--data", "data", "--json");
      assertTrue(new ObjectMapper().readTree(e.out()).path("accuracy").asDouble() > 0.6, e.out());
    }
    Program.Result v =
        run(
            Map.of(),
            "verify",
            "int8.bitloom",
            "--accelerator",
            "tiny",
            "--samples",
            "3",
            "--json",
            "--junit",
            "j.xml");
    assertEquals(0, v.status(), v.err());
    JsonNode j = new ObjectMapper().readTree(v.out());
    assertTrue(j.path("bit_exact").asBoolean() && j.path("cycle_exact").asBoolean(), v.out());
    assertEquals(3, j.path("samples").asInt());
    assertEquals(j.path("cycles_rtl"), j.path("cycles_simulated"));
    assertEquals(0, j.path("mismatches").asInt());
    assertTrue(j.path("first_mismatch").isNull());
    assertTrue(Files.readString(dir.resolve("j.xml")).contains("failures=\"0\""));
    oneWeightChanged();
  }

  /** Any digit of the weight memory, changed by hand, is found and named. */
  private void oneWeightChanged() throws Exception {
    Path weights = dir.resolve("int8-rtl/mem/weights_0.hex");
    String text = Files.readString(weights);
    int at = text.indexOf('\n') - 1;
    String changed =
        text.substring(0, at) + (text.charAt(at) == '7' ? '8' : '7') + text.substring(at + 1);
    Files.writeString(weights, changed);
    Program.Result v =
        run(
            Map.of(),
            "verify",
            "int8.bitloom",
            "--accelerator",
            "tiny",
            "--samples",
            "3",
            "--json");
    assertEquals(1, v.status(), v.err());
    JsonNode first = new ObjectMapper().readTree(v.out()).path("first_mismatch");
    assertEquals("conv", first.path("layer").asText(), v.out());
    assertEquals(4, first.path("index").size());
    assertTrue(first.path("expected").asInt() != first.path("found").asInt());
    assertTrue(v.err().contains("edited by hand") && v.err().contains("wave.fst"), v.err());
    assertTrue(Files.size(dir.resolve("int8-rtl/wave.fst")) > 1000);
  }

  @Test
  void runAndSimulateWriteTheSameTensors() throws Exception {
    QuantizedNetwork n = NetworkFile.read(net);
    assertEquals(
        0,
        run(Map.of(), "run", "net.bitloom", "--samples", "2", "--output", "y.npy", "--dump", "a")
            .status());
    Program.Result s =
        run(
            Map.of(),
            "simulate",
            "net.bitloom",
            "--samples",
            "2",
            "--output",
            "z.npy",
            "--dump",
            "b",
            "--json");
    assertEquals(0, s.status(), s.err());
    for (int i = 0; i < n.operations().size(); i++) {
      String f = String.format("op%02d.npy", i);
      assertEquals(
          -1,
          Arrays.mismatch(
              Files.readAllBytes(dir.resolve("a/" + f)),
              Files.readAllBytes(dir.resolve("b/" + f))));
    }
    assertEquals(NpyFile.read(dir.resolve("y.npy")), NpyFile.read(dir.resolve("z.npy")));
    JsonNode j = new ObjectMapper().readTree(s.out());
    for (String key :
        List.of("cycles", "multipliers", "bound_cycles", "dense_cycles", "layers", "samples")) {
      assertTrue(j.has(key), key);
    }
    for (JsonNode layer : j.path("layers")) {
      double sum = 0;
      for (JsonNode cause : layer.path("stalls")) {
        sum += cause.asDouble();
      }
      assertEquals(layer.path("cycles").asDouble(), sum, 1e-6);
      for (String key :
          List.of(
              "name",
              "kind",
              "macs",
              "nonzero_macs",
              "utilization",
              "input_density",
              "bits_dense",
              "bits_rle",
              "bits_bitmask",
              "bits_entropy")) {
        assertTrue(layer.has(key), key);
      }
    }
    assertEquals(2, j.path("samples").size());
  }

  @Test
  void wrongInputGetsOneLine() throws Exception {
    Files.writeString(dir.resolve("zero.yaml"), "slices: 2\nlanes: 0\n");
    refused("lanes is 0", "simulate", "net.bitloom", "--accelerator", "zero.yaml");
    Files.writeString(dir.resolve("key.yaml"), "slises: 2\n");
    refused("did you mean slices?", "simulate", "net.bitloom", "--accelerator", "key.yaml");
    Files.writeString(dir.resolve("small.yaml"), "preset: tiny\nfeature_words: 16\n");
    refused(
        "set feature_words to at least", "simulate", "net.bitloom", "--accelerator", "small.yaml");
    refused("did you mean small?", "simulate", "net.bitloom", "--accelerator", "smal");
    refused("int9", "quantize", "m.onnx", "--format", "int9");
    refused("does not exist", "run", "none.bitloom");
    refused("--wrong", "run", "net.bitloom", "--wrong");
    refused("Invalid value for option '--samples'", "run", "net.bitloom", "--samples", "many");
    byte[] bytes = Files.readAllBytes(net);
    Files.write(dir.resolve("cut.bitloom"), Arrays.copyOf(bytes, bytes.length / 2));
    refused("cut.bitloom", "evaluate", "cut.bitloom");
    NpyFile.write(dir.resolve("x.npy"), CodeTensor.of(Shape.of(1, 2), 1, 2), NpyFile.Width.I8);
    refused("x.npy", "run", "net.bitloom", "--input", "x.npy");
    Files.createDirectories(dir.resolve("empty"));
    Files.writeString(dir.resolve("tiny.yaml"), YAML);
    refused("holds no data set", "train", "tiny.yaml", "--data", "empty");
    Files.createDirectories(dir.resolve("idx"));
    Files.write(
        dir.resolve("idx/train-images-idx3-ubyte"), new byte[] {0, 0, 8, 3, 0, 0, 0, 9, 0, 0});
    Files.write(dir.resolve("idx/train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 0});
    refused("train-images-idx3-ubyte", "train", "tiny.yaml", "--data", "idx");
  }

  @Test
  void aMissingToolIsNamedWithItsCommand() throws Exception {
    Program.Result r = run(Map.of("PATH", dir.toString()), "verify", "net.bitloom");
    assertEquals(3, r.status(), r.err());
    assertTrue(
        r.err().contains("verilator is not installed; run: apt-get install verilator"), r.err());
    assertFalse(Files.exists(dir.resolve("net-rtl")));
  }

  @Test
  void everyCommandTeachesWithAnExample() throws Exception {
    for (String c :
        List.of("demo", "train", "quantize", "run", "evaluate", "simulate", "generate", "verify")) {
      Program.Result r = run(Map.of(), c, "--help");
      assertEquals(0, r.status());
      assertTrue(r.out().contains("Example:") && r.out().contains("bitloom " + c), r.out());
    }
    assertTrue(run(Map.of(), "generate-completion").out().contains("complete"));
    assertTrue(
        new String(
                run(Map.of(), "--help").out().getBytes(StandardCharsets.UTF_8),
                StandardCharsets.UTF_8)
            .contains("Exit status"));
  }
}
