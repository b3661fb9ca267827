package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bitloom.cli.Main;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.plan.Planner;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands around training, on a small data set of NumPy files. */
class TrainingCommandsTest {
  private static final String FLOATS =
      """
      name: small
      epochs: 3
      validation: 0.1
      optimizer: {type: adam, rate: 0.005}
      augmentation: {translate: 1}
      normalization: {type: standardization}
      layers:
        - {name: a, type: conv, filters: 8, kernel: 3, stride: 2, padding: same, batch_norm: true, activation: relu}
        - {name: b, type: conv, filters: 8, kernel: 3, padding: same, batch_norm: true}
        - {name: c, type: add, inputs: [b, a]}
        - {name: d, type: relu}
        - {name: e, type: max_pool, size: 2}
        - {name: f, type: dense, units: 10}
      """;

  @TempDir Path dir;
  private String data;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("data"));
    data = folder.toString();
    for (FashionMnist.Part part : FashionMnist.Part.values()) {
      Dataset d = FashionMnist.shipped(part).first(400);
      int[] pixels = new int[d.size() * 784];
      int[] labels = new int[d.size()];
      float[] x = new float[784];
      for (int i = 0; i < d.size(); i++) {
        d.reals(i, x, 0);
        labels[i] = d.label(i);
        for (int j = 0; j < 784; j++) {
          pixels[i * 784 + j] = Math.round(x[j] * 255);
        }
      }
      String prefix = part == FashionMnist.Part.TRAIN ? "train" : "test";
      NpyFile.write(
          folder.resolve(prefix + "-images.npy"),
          CodeTensor.wrap(new Shape(List.of(d.size(), 28, 28)), pixels),
          NpyFile.Width.of(16));
      NpyFile.write(
          folder.resolve(prefix + "-labels.npy"), CodeTensor.vector(labels), NpyFile.Width.of(8));
    }
  }

  private Path file(String name) {
    return dir.resolve(name);
  }

  private void ok(String... args) {
    assertEquals(0, Main.execute(args), String.join(" ", args));
  }

  @Test
  void fromFloatsToIntegersAndSmallerNetworks() throws IOException {
    Files.writeString(file("f.yaml"), FLOATS);
    ok("train", file("f.yaml").toString(), "--data", data, "--out", file("f.onnx").toString());
    JsonNode diagnosis = new ObjectMapper().readTree(file("f-run/diagnosis.json").toFile());
    assertEquals(2, diagnosis.path("activations").size());
    String report = Files.readString(file("f-run/report.html"));
    assertTrue(report.contains("<svg") && report.contains("a_relu"), "report");
    Files.writeString(
        file("q.yaml"),
        "epochs: 2\nstart: f.onnx\noptimizer: {type: adam, rate: 0.001}\n"
            + "quantization_aware: {format: dfp8, ranges: learned, layer_bits: {b: 6}}\n");
    ok("train", file("q.yaml").toString(), "--data", data, "--out", file("q.onnx").toString());
    ok("verify", file("q.bitloom").toString(), "--samples", "1", "--out", file("rtl").toString());
    ok("export", file("q.bitloom").toString(), "--out", file("q-qdq.onnx").toString());
    ok("compare", file("q-qdq.onnx").toString(), file("q.bitloom").toString());
    ok("compare", file("q-qdq.onnx").toString(), "sim:" + file("q.bitloom"));
    ok("compare", file("f.onnx").toString(), file("f.onnx").toString());
    // another network's weights diverge, and the command says so
    Files.writeString(file("g.yaml"), "seed: 9\n" + FLOATS.replace("epochs: 3", "epochs: 1"));
    ok("train", file("g.yaml").toString(), "--data", data, "--out", file("g.onnx").toString());
    assertEquals(
        1, Main.execute("compare", file("g.onnx").toString(), file("q.bitloom").toString()));
    ok("import", file("q-qdq.onnx").toString(), "--out", file("back.bitloom").toString());
    assertEquals(
        NetworkFile.read(file("q.bitloom")).outputSpec().format(),
        NetworkFile.read(file("back.bitloom")).outputSpec().format());
    ok(
        "compress",
        file("f.onnx").toString(),
        "--channels",
        "0.6",
        "--out",
        file("c.onnx").toString());
    ok("compress", file("f.onnx").toString(), "--svd", "0.7", "--out", file("s.onnx").toString());
    ok("compare", file("f.onnx").toString(), file("s.onnx").toString(), "--limit=-100");
    Files.writeString(
        file("d.yaml"),
        "epochs: 1\nstart: c.onnx\noptimizer: {type: adam, rate: 0.001}\n"
            + "pruning: {sparsity: 0.5}\ndistillation: {teacher: f.onnx}\nshare_weights: {bits: 3}\n");
    ok("train", file("d.yaml").toString(), "--data", data, "--out", file("d.onnx").toString());
    Files.writeString(file("space.yaml"), "optimizer.rate: {min: 0.001, max: 0.01, log: true}\n");
    ok(
        "search",
        file("f.yaml").toString(),
        "--space",
        file("space.yaml").toString(),
        "--trials",
        "2",
        "--data",
        data,
        "--out",
        file("best.yaml").toString());
    assertNotNull(TrainingConfig.read(file("best.yaml")).optimizer());
  }

  @Test
  void wrongConfigurationsAreRefused() throws IOException {
    for (String wrong :
        List.of(
            "quantization_aware: {format: dfp99}",
            "quantization_aware: {format: dfp8, ranges: sometimes}",
            "pruning: {sparsity: 2}",
            "distillation: {teacher: none.onnx}",
            "normalization: {type: other}",
            "augmentation: {rotate: -1}",
            "start: none.onnx")) {
      Files.writeString(
          file("w.yaml"), FLOATS.replaceAll("(?m)^(aug|norm).*\n", "") + wrong + "\n");
      assertEquals(
          2,
          Main.execute(
              "train",
              file("w.yaml").toString(),
              "--data",
              data,
              "--out",
              file("w.onnx").toString()),
          wrong);
    }
  }

  static Stream<Path> examples() throws IOException {
    try (Stream<Path> s = Files.list(Path.of("../examples"))) {
      return s
          .filter(p -> p.getFileName().toString().startsWith("fashion-"))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Every float example converts and has a plan; every other one trains a format from it on. */
  @ParameterizedTest
  @MethodSource("examples")
  void examplesAreWhatTheySay(Path example) {
    TrainingConfig c = TrainingConfig.read(example);
    if (c.start() != null) {
      String name = example.getFileName().toString().replace("-qat.yaml", "");
      assertEquals("../" + name + ".onnx", c.start());
      assertTrue(Files.exists(example.resolveSibling(name + ".yaml")));
      assertNotNull(c.quantizationAware().target());
      c.settings(example.toString());
      return;
    }
    Dataset d = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(10);
    FloatNetwork n = c.network(d.shape(), example.toString());
    n.initialise(new java.util.SplittableRandom(1));
    QuantizedNetwork q =
        Converter.convert(
            n,
            Observation.of(n, d),
            TargetFormat.of("int8", RoundingPolicy.DOUBLE, false),
            new MinMax(),
            new MinMax());
    assertTrue(Planner.plan(q, AcceleratorConfig.of("small")).layers().size() > 1);
  }
}
