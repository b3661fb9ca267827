package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bitloom fuzz} as people run it: what it finds is replayed from its files. */
class FuzzCommandTest {
  @TempDir Path dir;

  @Test
  void aDifferenceIsWrittenAndReplayed() throws Exception {
    Path templates = dir.resolve("mine/rtl-templates");
    Files.createDirectories(templates);
    String text = Files.readString(Path.of("../rtl-templates/bl_drain.v.ftl"));
    Files.writeString(
        templates.resolve("bl_drain.v.ftl"), text.replace("sum_q + bias", "sum_q - bias"));
    Map<String, String> broken = Map.of("BITLOOM_TEMPLATES", dir.resolve("mine").toString());
    Program.Result r =
        Program.run(dir, broken, "fuzz", "--seed", "5", "--count", "1", "--shrink", "4", "--json");
    assertEquals(1, r.status(), r.toString());
    assertTrue(r.out().contains("difference-5"), r.out());
    Path found = dir.resolve("fuzz/difference-5");
    try (Stream<Path> all = Files.list(found)) {
      assertEquals(
          List.of("accelerator.yaml", "input.npy", "network.bitloom", "replay.txt"),
          all.map(p -> p.getFileName().toString()).sorted().toList());
    }
    String[] replay = Files.readString(found.resolve("replay.txt")).strip().split(" ");
    String[] args = List.of(replay).subList(1, replay.length).toArray(String[]::new);
    assertEquals(1, Program.run(found, broken, args).status(), "it still differs");
    assertEquals(0, Program.run(found, Map.of(), args).status(), "and only there");
    assertEquals(2, Program.run(dir, Map.of(), "fuzz", "--count", "0").status());
  }
}
