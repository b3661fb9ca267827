package org.bitloom.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
                "--instrumentation_includes=org.bitloom.fixedpoint.**",
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
