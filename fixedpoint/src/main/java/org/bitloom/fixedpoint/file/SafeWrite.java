package org.bitloom.fixedpoint.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bitloom.fixedpoint.error.BadInputException;

/** Writes a file whole or not at all: into a neighbour first, then moved over the target. */
public final class SafeWrite {
  private SafeWrite() {}

  /** Replaces {@code target} by {@code content}, creating its folder. */
  public static void bytes(Path target, byte[] content) {
    Path absolute = target.toAbsolutePath();
    try {
      Files.createDirectories(absolute.getParent());
      Path part = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".part");
      try {
        Files.write(part, content);
        part.toFile().setReadable(true, false);
        Files.move(
            part, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new BadInputException(
          target.toString(),
          "cannot be written (" + e.getMessage() + ")",
          "choose a place you may write to",
          e);
    }
  }

  /** The same for text, as UTF-8. */
  public static void text(Path target, String content) {
    bytes(target, content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** All bytes of a file the user named. */
  public static byte[] read(Path file, String mend) {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          file.toString(), Files.exists(file) ? "is not a file" : "does not exist", mend);
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException | UncheckedIOException e) {
      throw new BadInputException(
          file.toString(), "cannot be read (" + e.getMessage() + ")", mend, e);
    }
  }
}
