package org.bitloom.fixedpoint.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bitloom.fixedpoint.network.QuantizedNetwork;

/**
 * A {@code .bitloom} file: a ZIP of {@code manifest.json} (version, SHA-256 of every other entry),
 * {@code network.json} (the graph) and one {@code .npy} for each weight and bias tensor. Written
 * byte-identically for identical networks.
 */
public final class NetworkFile {
  /** Version written; files of another major version are refused. */
  public static final int VERSION = 1;

  private static final Archive ARCHIVE =
      new Archive(
          "bitloom", VERSION, "a .bitloom file", "write it again with bitloom quantize or import");

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
      return ARCHIVE.encode(entries);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a network; a damaged or newer file is refused with one line. */
  public static QuantizedNetwork read(Path file) {
    return decode(
        SafeWrite.read(file, "give a .bitloom file (bitloom quantize writes one)"),
        file.toString());
  }

  /** The network in the bytes of a {@code .bitloom} file; {@code where} names it in errors. */
  public static QuantizedNetwork decode(byte[] bytes, String where) {
    Map<String, byte[]> entries = ARCHIVE.decode(bytes, where);
    if (!entries.containsKey("network.json")) {
      throw ARCHIVE.damaged(where, "lacks entries its manifest names", null);
    }
    try {
      return NetworkJson.reader(entries, where)
          .readValue(entries.get("network.json"), QuantizedNetwork.class);
    } catch (JsonProcessingException e) {
      throw ARCHIVE.damaged(
          where, "does not describe a network (" + e.getOriginalMessage() + ")", e);
    } catch (IOException | IllegalArgumentException e) {
      throw ARCHIVE.damaged(where, "is damaged (" + e.getMessage() + ")", e);
    }
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
