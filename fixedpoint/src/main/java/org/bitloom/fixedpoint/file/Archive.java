package org.bitloom.fixedpoint.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.bitloom.fixedpoint.error.BadInputException;

/**
 * A ZIP of named entries with {@code manifest.json}: the kind of file, its version and the SHA-256
 * of every other entry. Equal contents give equal bytes.
 *
 * @param kind what the file is, such as {@code bitloom}
 * @param version version written; files of a later one are refused
 * @param described the file in words, such as {@code a .bitloom file}
 * @param mend what to do about a damaged one
 */
public record Archive(String kind, int version, String described, String mend) {
  private static final String MANIFEST = "manifest.json";
  private static final long MAX_BYTES = 1L << 30;

  /** The bytes of a file. */
  public byte[] encode(Map<String, byte[]> entries) {
    try {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode manifest = mapper.createObjectNode();
      manifest.put("format", kind).put("version", version);
      ObjectNode sums = manifest.putObject("sha256");
      entries.forEach((name, bytes) -> sums.put(name, NetworkFile.sha256(bytes)));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(out)) {
        put(zip, MANIFEST, mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        for (Map.Entry<String, byte[]> e : entries.entrySet()) {
          put(zip, e.getKey(), e.getValue());
        }
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(315532800000L + 86400000L); // a fixed day: equal contents give equal files
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** The entries of a file, every one checked; {@code where} names it in errors. */
  public Map<String, byte[]> decode(byte[] bytes, String where) {
    try {
      Map<String, byte[]> entries = unzip(bytes, where);
      byte[] text = entries.remove(MANIFEST);
      if (text == null) {
        throw damaged(where, "has no " + MANIFEST, null);
      }
      check(new ObjectMapper().readTree(text), entries, where);
      return entries;
    } catch (IOException e) {
      throw damaged(where, "is damaged (" + e.getMessage() + ")", e);
    }
  }

  private Map<String, byte[]> unzip(byte[] bytes, String where) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    long total = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        byte[] content = zip.readNBytes((int) (MAX_BYTES - total));
        total += content.length;
        if (total >= MAX_BYTES) {
          throw damaged(where, "unpacks to more than " + MAX_BYTES + " bytes", null);
        }
        entries.put(e.getName(), content);
      }
    }
    if (entries.isEmpty()) {
      throw damaged(where, "is not " + described, null);
    }
    return entries;
  }

  private void check(JsonNode manifest, Map<String, byte[]> entries, String where) {
    if (!manifest.path("format").asText().equals(kind)) {
      throw damaged(where, "is not " + described, null);
    }
    int found = manifest.path("version").asInt();
    if (found > version) {
      throw new BadInputException(
          where,
          "has format version " + found + ", this program reads up to " + version,
          "update Bitloom");
    }
    JsonNode sums = manifest.path("sha256");
    if (sums.size() != entries.size()) {
      throw damaged(where, "lacks entries its manifest names", null);
    }
    entries.forEach(
        (name, content) -> {
          if (!sums.path(name).asText().equals(NetworkFile.sha256(content))) {
            throw damaged(where, "has a wrong checksum for " + name, null);
          }
        });
  }

  /** The refusal of a damaged file. */
  public BadInputException damaged(String where, String what, Throwable cause) {
    return new BadInputException(where, what, mend, cause);
  }
}
