package org.bitloom.codegen.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NetworkFile;

/**
 * Verilog that is not ours to write: checked as it is, as long as its top is called {@code bl_top}
 * and has the emitted ports.
 *
 * @param folder of the .v files
 * @param taps whether the top still has its {@code tap_} outputs
 */
record ForeignRtl(Path folder, boolean taps) {
  private static final Pattern TOP = Pattern.compile("\\bmodule\\s+bl_top\\b");

  /** The Verilog in a folder, or in the {@code rtl} folder of a project. */
  static ForeignRtl of(Path given) {
    Path folder = Files.isDirectory(given.resolve("rtl")) ? given.resolve("rtl") : given;
    try (Stream<Path> all = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
      StringBuilder text = new StringBuilder();
      for (Path p : all.filter(f -> f.toString().endsWith(".v")).sorted().toList()) {
        text.append(Files.readString(p)).append('\n');
      }
      if (!TOP.matcher(text).find()) {
        throw new BadInputException(
            given.toString(),
            "holds no .v file with module bl_top",
            "give a folder of Verilog, or a project that bitloom generate wrote");
      }
      boolean taps =
          Stream.of("step", "layer_valid", "merge_valid", "table_valid", "pool_valid")
              .allMatch(t -> text.indexOf("tap_" + t) >= 0);
      return new ForeignRtl(folder.toAbsolutePath(), taps);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Folder of its compiled model, beside the emitted one's. */
  String objects() {
    byte[] path = folder.toString().getBytes(StandardCharsets.UTF_8);
    return "obj_" + NetworkFile.sha256(path).substring(0, 12);
  }

  List<String> makeVariables() {
    return List.of(
        "RTL_DIR=" + folder, "OBJ=" + objects(), taps ? "DEFS=" : "DEFS=-CFLAGS -DBL_NO_TAPS");
  }
}
