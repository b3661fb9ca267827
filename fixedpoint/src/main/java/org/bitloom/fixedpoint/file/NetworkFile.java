package org.bitloom.fixedpoint.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.QuantizedNetwork;

/**
 * A {@code .bitloom} file: a ZIP of {@code manifest.json} (version, SHA-256 of every other entry),
 * {@code network.json} (the graph) and one {@code .npy} for each weight and bias tensor. Written
 * byte-identically for identical networks.
 */
public final class NetworkFile {
  /** Version written; files of another major version are refused. */
  public static final int VERSION = 1;

  private static final long MAX_BYTES = 1L << 30;

  private NetworkFile() {}

  /** Writes a network. */
  public static void write(Path file, QuantizedNetwork network) {
    SafeWrite.bytes(file, encode(network));
  }

  /** The bytes of a {@code .bitloom} file. */
  public static byte[] encode(QuantizedNetwork network) {
    try {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      ObjectMapper mapper = NetworkJson.writer(entries);
      byte[] graph = mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(network);
      entries.put("network.json", graph);
      ObjectNode manifest = mapper.createObjectNode();
      manifest.put("format", "bitloom").put("version", VERSION);
      ObjectNode sums = manifest.putObject("sha256");
      entries.forEach((name, bytes) -> sums.put(name, sha256(bytes)));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(out)) {
        put(
            zip,
            "manifest.json",
            mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
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
    entry.setTime(315532800000L + 86400000L); // a fixed day: equal networks give equal files
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Reads a network; a damaged or newer file is refused with one line. */
  public static QuantizedNetwork read(Path file) {
    return decode(
        SafeWrite.read(file, "give a .bitloom file (bitloom quantize writes one)"),
        file.toString());
  }

  /** The network in the bytes of a {@code .bitloom} file; {@code where} names it in errors. */
  public static QuantizedNetwork decode(byte[] bytes, String where) {
    try {
      Map<String, byte[]> entries = unzip(bytes, where);
      byte[] text = entries.remove("manifest.json");
      if (text == null) {
        throw damaged(where, "has no manifest.json", null);
      }
      checkManifest(new ObjectMapper().readTree(text), entries, where);
      return NetworkJson.reader(entries, where)
          .readValue(entries.get("network.json"), QuantizedNetwork.class);
    } catch (JsonProcessingException e) {
      throw damaged(where, "does not describe a network (" + e.getOriginalMessage() + ")", e);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(where, "is damaged (" + e.getMessage() + ")", e);
    }
  }

  private static Map<String, byte[]> unzip(byte[] bytes, String where) throws IOException {
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
      throw damaged(where, "is not a .bitloom file", null);
    }
    return entries;
  }

  private static void checkManifest(JsonNode manifest, Map<String, byte[]> entries, String where) {
    if (!manifest.path("format").asText().equals("bitloom")) {
      throw damaged(where, "is not a .bitloom file", null);
    }
    int version = manifest.path("version").asInt();
    if (version > VERSION) {
      throw new BadInputException(
          where,
          "has format version " + version + ", this program reads up to " + VERSION,
          "update Bitloom");
    }
    JsonNode sums = manifest.path("sha256");
    if (!entries.containsKey("network.json") || sums.size() != entries.size()) {
      throw damaged(where, "lacks entries its manifest names", null);
    }
    entries.forEach(
        (name, content) -> {
          if (!sums.path(name).asText().equals(sha256(content))) {
            throw damaged(where, "has a wrong checksum for " + name, null);
          }
        });
  }

  private static BadInputException damaged(String where, String what, Throwable cause) {
    return new BadInputException(
        where, what, "write it again with bitloom quantize or import", cause);
  }

  /** Lower-case hexadecimal SHA-256. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
