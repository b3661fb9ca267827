package org.bitloom.trainer.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitloom.fixedpoint.file.Archive;
import org.bitloom.fixedpoint.file.SafeWrite;

/**
 * Everything a training run needs to go on as if nothing had happened.
 *
 * @param fingerprint of configuration and data; a run only goes on with the same
 * @param progress where it stands
 * @param history epochs done
 * @param parameters values, in the network's order
 * @param memory of optimiser and regularisers
 * @param best values of the best epoch, or empty
 */
public record Checkpoint(
    String fingerprint,
    Progress progress,
    List<EpochResult> history,
    List<float[]> parameters,
    List<float[]> memory,
    List<float[]> best) {
  private static final Archive ARCHIVE =
      new Archive(
          "bitloom-checkpoint", 1, "a checkpoint of bitloom train", "begin again without --resume");

  /**
   * Where a run stands.
   *
   * @param epoch running, from 1
   * @param batch next batch of it
   * @param step optimiser steps taken
   * @param loss sum of the epoch so far
   * @param right samples right in the epoch so far
   * @param norms sum of gradient norms in the epoch so far
   * @param bestAccuracy on the held-out samples, -1 without
   * @param bestEpoch its epoch
   */
  public record Progress(
      int epoch,
      int batch,
      long step,
      double loss,
      long right,
      double norms,
      double bestAccuracy,
      int bestEpoch) {
    static final Progress BEGIN = new Progress(1, 0, 0, 0, 0, 0, -1, 0);
  }

  /** Writes it whole or not at all. */
  public void write(Path file) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("fingerprint", fingerprint);
    json.set("progress", mapper.valueToTree(progress));
    json.set("history", mapper.valueToTree(history));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try {
      entries.put("state.json", mapper.writeValueAsBytes(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(entries, "parameter", parameters);
    put(entries, "memory", memory);
    put(entries, "best", best);
    SafeWrite.bytes(file, ARCHIVE.encode(entries));
  }

  private static void put(Map<String, byte[]> entries, String name, List<float[]> arrays) {
    for (int i = 0; i < arrays.size(); i++) {
      ByteBuffer b = ByteBuffer.allocate(4 * arrays.get(i).length).order(ByteOrder.LITTLE_ENDIAN);
      b.asFloatBuffer().put(arrays.get(i));
      entries.put(name + i, b.array());
    }
  }

  /** Reads one; a damaged file is refused with one line. */
  public static Checkpoint read(Path file) {
    String where = file.toString();
    Map<String, byte[]> entries =
        ARCHIVE.decode(SafeWrite.read(file, "begin without --resume"), where);
    if (!entries.containsKey("state.json")) {
      throw ARCHIVE.damaged(where, "lacks state.json", null);
    }
    try {
      ObjectMapper mapper = new ObjectMapper();
      JsonNode json = mapper.readTree(entries.get("state.json"));
      return new Checkpoint(
          json.path("fingerprint").asText(),
          mapper.convertValue(json.get("progress"), Progress.class),
          mapper.convertValue(json.get("history"), new TypeReference<List<EpochResult>>() {}),
          get(entries, "parameter"),
          get(entries, "memory"),
          get(entries, "best"));
    } catch (IOException | IllegalArgumentException e) {
      throw ARCHIVE.damaged(where, "is damaged (" + e.getMessage() + ")", e);
    }
  }

  private static List<float[]> get(Map<String, byte[]> entries, String name) {
    List<float[]> arrays = new ArrayList<>();
    for (int i = 0; entries.containsKey(name + i); i++) {
      byte[] bytes = entries.get(name + i);
      float[] a = new float[bytes.length / 4];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(a);
      arrays.add(a);
    }
    return arrays;
  }
}
