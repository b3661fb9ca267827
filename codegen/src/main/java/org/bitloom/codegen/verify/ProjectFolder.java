package org.bitloom.codegen.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.codegen.verilog.GeneratedFile;
import org.bitloom.codegen.verilog.RtlProject;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.simulator.plan.Plan;

/**
 * A generated project on disk. {@code project.json} remembers what was written, so that files
 * someone has edited by hand are recognised: a verification checks them as they are, and nothing
 * overwrites them silently.
 */
public final class ProjectFolder {
  private static final String MANIFEST = "project.json";

  private final Path folder;
  private final Plan plan;

  /** A project of a plan in a folder, which need not exist. */
  public ProjectFolder(Path folder, Plan plan) {
    this.folder = folder;
    this.plan = plan;
  }

  /** The folder. */
  public Path path() {
    return folder;
  }

  private String identity() {
    return NetworkFile.sha256(NetworkFile.encode(plan.network())) + " " + plan.config();
  }

  /**
   * Writes every file that nobody has edited.
   *
   * @param overwrite whether edited files are written anew as well
   * @return the paths of edited files that were left as they are
   */
  public List<String> write(boolean overwrite) {
    Map<String, String> known = known();
    List<String> kept = new ArrayList<>();
    ObjectNode files = new ObjectMapper().createObjectNode();
    for (GeneratedFile f : RtlProject.generate(plan)) {
      byte[] content = f.content().getBytes(StandardCharsets.UTF_8);
      String sum = NetworkFile.sha256(content);
      files.put(f.path(), sum);
      String there = sum(f.path());
      if (sum.equals(there)) {
        continue;
      }
      boolean edited = there != null && !there.equals(known.get(f.path()));
      if (edited && !overwrite) {
        kept.add(f.path());
      } else {
        SafeWrite.bytes(folder.resolve(f.path()), content);
      }
    }
    removeStale(known, files);
    ObjectNode manifest = new ObjectMapper().createObjectNode();
    manifest.put("identity", identity());
    manifest.set("files", files);
    SafeWrite.text(folder.resolve(MANIFEST), manifest.toPrettyString() + "\n");
    return kept;
  }

  /** Sums of the files as last written, after checking that the folder is ours to use. */
  private Map<String, String> known() {
    Map<String, String> known = new HashMap<>();
    Path manifest = folder.resolve(MANIFEST);
    if (!Files.exists(manifest)) {
      if (Files.exists(folder.resolve("rtl"))) {
        throw new BadInputException(
            folder.toString(),
            "holds RTL that Bitloom did not write",
            "choose another folder with --out");
      }
      return known;
    }
    JsonNode m;
    try {
      m = new ObjectMapper().readTree(Files.readAllBytes(manifest));
    } catch (IOException e) {
      throw new BadInputException(
          manifest.toString(), "is damaged", "remove the folder or choose another with --out", e);
    }
    m.path("files").properties().forEach(e -> known.put(e.getKey(), e.getValue().asText()));
    if (!m.path("identity").asText().equals(identity())) {
      for (Map.Entry<String, String> e : known.entrySet()) {
        String there = sum(e.getKey());
        if (there != null && !there.equals(e.getValue())) {
          throw new BadInputException(
              folder.resolve(e.getKey()).toString(),
              "was edited by hand and belongs to another network or accelerator",
              "choose another folder with --out");
        }
      }
    }
    return known;
  }

  private void removeStale(Map<String, String> known, ObjectNode files) {
    for (Map.Entry<String, String> e : known.entrySet()) {
      if (!files.has(e.getKey()) && e.getValue().equals(sum(e.getKey()))) {
        try {
          Files.deleteIfExists(folder.resolve(e.getKey()));
        } catch (IOException x) {
          throw new UncheckedIOException(x);
        }
      }
    }
  }

  private String sum(String path) {
    Path p = folder.resolve(path);
    try {
      return Files.isRegularFile(p) ? NetworkFile.sha256(Files.readAllBytes(p)) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
