package org.bitloom.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.onnx.QdqExport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jazzer, guided by coverage, on the readers of untrusted files for a fixed number of runs. */
class CoverageGuidedFuzzTest {
  private static final int RUNS = 20_000;
  @TempDir Path dir;

  @Test
  void tfliteImportOnlyGivesTheOneLineError() throws Exception {
    Path corpus = Files.createDirectories(dir.resolve("tflite"));
    for (String n : List.of("keyword-spotting", "image-classification")) {
      try (var in =
          CoverageGuidedFuzzTest.class.getResourceAsStream("/conformance/" + n + "/model.tflite")) {
        Files.write(corpus.resolve(n), in.readAllBytes());
      }
    }
    fuzz(TfliteFuzzTarget.class, corpus);
  }

  /** Small networks of every kind of layer, in floats and quantized. */
  @Test
  void onnxImportOnlyGivesTheOneLineError() throws Exception {
    Path corpus = Files.createDirectories(dir.resolve("onnx"));
    FloatNetwork n =
        TrainingConfig.parse(
                """
                epochs: 1
                optimizer: {type: adam, rate: 0.001}
                layers:
                  - {name: a, type: conv, filters: 4, kernel: 3, batch_norm: true, activation: relu}
                  - {name: b, type: depthwise, kernel: 3, padding: same, activation: relu6}
                  - {name: c, type: add, inputs: [a, b]}
                  - {name: d, type: concat, inputs: [a, c]}
                  - {name: e, type: average_pool, size: 2}
                  - {name: f, type: sigmoid}
                  - {name: g, type: pad, top: 1}
                  - {name: h, type: max_pool, size: 2}
                  - {type: flatten}
                  - {name: i, type: dense, units: 3}
                """,
                "fuzz")
            .network(Shape.of(9, 9, 2), "fuzz");
    n.initialise(new SplittableRandom(1));
    Files.write(corpus.resolve("float"), OnnxExport.encode(n));
    Observation seen =
        Observation.of(n, Dataset.ofBytes("one", n.input(), new byte[162], new int[] {0}, 3));
    for (String f : List.of("int8", "dfp8")) {
      TargetFormat t = TargetFormat.of(f, RoundingPolicy.DOUBLE, false);
      QuantizedNetwork q = Converter.convert(n, seen, t, new MinMax(), new MinMax());
      Files.write(corpus.resolve(f), QdqExport.encode(q, false));
    }
    fuzz(OnnxFuzzTarget.class, corpus);
  }

  private void fuzz(Class<?> target, Path corpus) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=org.bitloom.fixedpoint.**:org.bitloom.trainer.**",
                "--reproducer_path=" + dir,
                "-runs=" + RUNS,
                "-seed=1",
                "-max_len=120000",
                "-rss_limit_mb=0",
                "-artifact_prefix=" + dir + "/",
                corpus.toString()));
    Path log = dir.resolve("log.txt");
    int status =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String text = Files.readString(log);
    assertEquals(0, status, text.substring(Math.max(0, text.length() - 4000)));
    assertEquals(
        true,
        text.contains("Done " + RUNS + " runs"),
        text.substring(Math.max(0, text.length() - 2000)));
  }
}
