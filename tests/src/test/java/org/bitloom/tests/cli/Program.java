package org.bitloom.tests.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The program in a process of its own. */
final class Program {
  private Program() {}

  record Result(int status, String out, String err) {}

  /** Runs it to its end in a folder. */
  static Result run(Path folder, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    int status = start(folder, environment, out, err, args).waitFor();
    return new Result(status, Files.readString(out), Files.readString(err));
  }

  /** Starts it. */
  static Process start(
      Path folder, Map<String, String> environment, Path out, Path err, String... args)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "org.bitloom.cli.Main"));
    command.addAll(Arrays.asList(args));
    ProcessBuilder b =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    b.environment().putAll(environment);
    return b.start();
  }
}
