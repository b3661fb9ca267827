package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many verifications at once, some killed: what they share never gives a wrong answer. */
class ConcurrentVerifyTest {
  private static final int RUNS = 20;
  @TempDir Path dir;

  @Test
  void killedAndConcurrentRunsLeaveNothingWrong() throws Exception {
    NetworkFile.write(dir.resolve("net.bitloom"), RandomNetwork.of(3));
    Map<String, String> environment = Map.of("CCACHE_DIR", dir.resolve("cache").toString());
    SplittableRandom r = new SplittableRandom(11);
    List<Process> running = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      String out = i % 2 == 0 ? "shared" : "own" + i; // half of them use one folder
      running.add(
          Program.start(
              dir,
              environment,
              dir.resolve(i + ".out"),
              dir.resolve(i + ".err"),
              "verify",
              "net.bitloom",
              "--accelerator",
              "tiny",
              "--samples",
              "2",
              "--out",
              out));
    }
    List<Process> killed = new ArrayList<>();
    for (int i = 0; i < RUNS; i += 3) {
      Thread.sleep(r.nextInt(200, 2500));
      Process p = running.get(i);
      if (p.isAlive()) {
        p.descendants().forEach(ProcessHandle::destroyForcibly);
        p.destroyForcibly();
        killed.add(p);
      }
    }
    for (int i = 0; i < RUNS; i++) {
      Process p = running.get(i);
      assertTrue(p.waitFor(300, TimeUnit.SECONDS), "run " + i + " hangs");
      if (!killed.contains(p)) {
        assertEquals(0, p.exitValue(), Files.readString(dir.resolve(i + ".err")));
      }
    }
    assertTrue(killed.size() >= 3, killed.size() + " killed");
    for (String out : List.of("shared", "own3", "fresh")) {
      assertEquals(0, verify(environment, out).status(), out);
    }
    Path file = dir.resolve("shared/rtl/bl_mac_slice.v");
    Files.writeString(
        file, Files.readString(file).replace("prior + product_x", "prior - product_x"));
    assertEquals(
        1, verify(environment, "shared").status(), "an edit is never answered from before");
  }

  private Program.Result verify(Map<String, String> environment, String out) throws Exception {
    return Program.run(
        dir,
        environment,
        "verify",
        "net.bitloom",
        "--accelerator",
        "tiny",
        "--samples",
        "2",
        "--out",
        out);
  }

  /** RTL from elsewhere: edited, and with its taps gone. */
  @Test
  void foreignRtlIsChecked() throws Exception {
    NetworkFile.write(dir.resolve("net.bitloom"), RandomNetwork.of(3));
    assertEquals(0, verify(Map.of(), "first").status());
    Path rtl = dir.resolve("theirs");
    Files.createDirectories(rtl);
    try (var all = Files.list(dir.resolve("first/rtl"))) {
      for (Path p : all.toList()) {
        Files.copy(p, rtl.resolve(p.getFileName()));
      }
    }
    assertEquals(0, foreign().status());
    Path top = rtl.resolve("bl_top.v");
    String text = Files.readString(top);
    String without =
        text.replaceAll("(?m)^ *output wire.* tap_.*\\n", "")
            .replaceAll("(?m)^ *\\.tap_\\w+\\(\\w+\\),?\\n", "")
            .replaceAll("rresp,", "rresp")
            .replaceAll("useful_o\\(useful\\),", "useful_o(useful)")
            .replace("tap_step", "step")
            .replace("  wire                  enable,", "  wire [7:0] step;\n  wire enable,");
    Files.writeString(top, without);
    Program.Result r = foreign();
    assertEquals(0, r.status(), r.toString());
    assertTrue(r.err().contains("no tap_ outputs"), r.err());
    Path mac = rtl.resolve("bl_mac_slice.v");
    Files.writeString(mac, Files.readString(mac).replace("prior + product_x", "prior"));
    Program.Result wrong = foreign();
    assertEquals(1, wrong.status(), wrong.toString());
    assertEquals(2, Program.run(dir, Map.of(), "verify", "net.bitloom", "--rtl", "no").status());
  }

  private Program.Result foreign() throws Exception {
    return Program.run(
        dir,
        Map.of(),
        "verify",
        "net.bitloom",
        "--accelerator",
        "tiny",
        "--samples",
        "2",
        "--out",
        "project",
        "--rtl",
        "theirs");
  }
}
