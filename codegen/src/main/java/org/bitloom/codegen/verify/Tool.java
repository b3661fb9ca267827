package org.bitloom.codegen.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bitloom.fixedpoint.error.MissingToolException;

/** Outside programs. */
public final class Tool {
  private Tool() {}

  /**
   * What a program printed.
   *
   * @param status its exit status
   * @param output standard output and standard error together
   */
  public record Output(int status, String output) {

    /** The last lines, for a message. */
    public String tail(int lines) {
      List<String> all = output.lines().toList();
      return String.join(" | ", all.subList(Math.max(0, all.size() - lines), all.size()));
    }
  }

  /** Refuses to go on without a program. */
  public static void require(String program, String debianPackage) {
    for (String dir : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(dir, program))) {
        return;
      }
    }
    throw new MissingToolException(program, "apt-get install " + debianPackage);
  }

  /** Refuses to go on without Verilator and a C++ compiler. */
  public static void requireVerilator() {
    require("verilator", "verilator");
    require("make", "make");
    require("g++", "g++");
  }

  /** Runs a program in a folder to its end. */
  public static Output run(Path folder, List<String> command) {
    Process p = null;
    try {
      p = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      p.getOutputStream().close();
      String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Output(p.waitFor(), text);
    } catch (IOException e) {
      throw new MissingToolException(command.getFirst(), "apt-get install " + command.getFirst());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      stop(p);
    }
  }

  private static void stop(Process p) {
    if (p != null && p.isAlive()) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
      try {
        p.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
