package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training run that is killed and goes on ends with the weights of one that was not. */
class ResumeTest {
  private static final String YAML =
      """
      name: tiny
      epochs: 3
      optimizer: {type: adamw, rate: 0.01}
      schedule: {type: cosine, warm_up: 0.5}
      label_smoothing: 0.05
      clipping: {norm: 2}
      regularization: {norm_multiplier: {k: 2, step: 0.01}}
      validation: 0.1
      layers:
        - {name: conv, type: conv, filters: 8, kernel: 5, padding: same}
        - {name: relu, type: relu}
        - {name: pool, type: max_pool, size: 4}
        - {name: dense, type: dense, units: 10}
      """;
  @TempDir Path dir;

  @Test
  void killedRunsEndWithTheSameWeights() throws Exception {
    Files.writeString(dir.resolve("c.yaml"), YAML);
    Program.Result whole = Program.run(dir, Map.of(), "train", "c.yaml", "--out", "whole.onnx");
    assertEquals(0, whole.status(), whole.err());

    SplittableRandom r = new SplittableRandom(System.nanoTime());
    int killed = 0;
    boolean resume = false;
    while (true) {
      Path err = dir.resolve("err" + killed + ".txt");
      Process p =
          resume
              ? start(
                  err,
                  "train",
                  "c.yaml",
                  "--out",
                  "cut.onnx",
                  "--checkpoint-seconds",
                  "1",
                  "--resume")
              : start(err, "train", "c.yaml", "--out", "cut.onnx", "--checkpoint-seconds", "1");
      boolean kill = killed < 4;
      if (!kill
          || p.waitFor(
              killed == 0 ? r.nextInt(300, 900) : r.nextInt(1500, 5000), TimeUnit.MILLISECONDS)) {
        assertEquals(0, p.waitFor(), Files.readString(err));
        break;
      }
      p.destroyForcibly().waitFor();
      killed++;
      resume = Files.exists(dir.resolve("cut-run/checkpoint.bin"));
    }
    assertTrue(killed > 0, "nothing was killed");
    assertArrayEquals(
        Files.readAllBytes(dir.resolve("whole.onnx")),
        Files.readAllBytes(dir.resolve("cut.onnx")),
        killed + " times killed");
    assertEquals(4, Files.readAllLines(dir.resolve("cut-run/metrics.csv")).size());

    Files.writeString(dir.resolve("c.yaml"), YAML.replace("rate: 0.01", "rate: 0.02"));
    Program.Result other =
        Program.run(dir, Map.of(), "train", "c.yaml", "--out", "cut.onnx", "--resume");
    assertEquals(2, other.status());
    assertTrue(other.err().contains("another configuration"), other.err());
  }

  /** Ctrl-C: the batch under way is finished, everything is saved. */
  @Test
  void anInterruptedRunSavesAndGoesOn() throws Exception {
    Files.writeString(dir.resolve("c.yaml"), YAML);
    Path err = dir.resolve("err.txt");
    Process p = start(err, "train", "c.yaml", "--out", "m.onnx");
    for (int i = 0; i < 300 && !Files.readString(err).contains("epoch  1"); i++) {
      Thread.sleep(100);
    }
    p.destroy(); // as Ctrl-C does
    p.waitFor();
    assertTrue(Files.exists(dir.resolve("m.onnx")), Files.readString(err));
    assertTrue(Files.exists(dir.resolve("m-run/checkpoint.bin")));
    Program.Result rest =
        Program.run(dir, Map.of(), "train", "c.yaml", "--out", "m.onnx", "--resume");
    assertEquals(0, rest.status(), rest.err());
    assertEquals(4, Files.readAllLines(dir.resolve("m-run/metrics.csv")).size());
  }

  private Process start(Path err, String... args) throws Exception {
    Files.writeString(err, "");
    return Program.start(dir, Map.of(), dir.resolve("out.txt"), err, args);
  }
}
