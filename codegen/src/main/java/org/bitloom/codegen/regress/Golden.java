package org.bitloom.codegen.regress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bitloom.fixedpoint.file.Archive;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * What a case gave when it was recorded: compressed and checksummed.
 *
 * @param layers what the layers were
 * @param machine the accelerator's YAML
 * @param steps names of the machine's steps
 * @param cycles {@code [sample][step]}
 * @param tensors of every operation's output, all samples one after the other
 */
record Golden(
    List<LayerDigest> layers,
    String machine,
    List<String> steps,
    List<List<Long>> cycles,
    List<CodeTensor> tensors) {
  private static final Archive ARCHIVE =
      new Archive(
          "bitloom-golden",
          1,
          "a file of golden tensors",
          "record it again with bitloom regress --update, or take it from version control");

  static String entry(int op) {
    return String.format(Locale.ROOT, "op%02d.npy", op);
  }

  /** The tensors of every operation, samples joined. */
  static List<CodeTensor> join(QuantizedNetwork n, List<List<CodeTensor>> samples) {
    List<CodeTensor> joined = new ArrayList<>();
    for (Operation op : n.operations()) {
      Shape s = n.tensor(op.output()).shape();
      int[] codes = new int[samples.size() * s.size()];
      for (int i = 0; i < samples.size(); i++) {
        samples.get(i).get(op.output()).copyTo(0, codes, i * s.size(), s.size());
      }
      joined.add(
          CodeTensor.wrap(Shape.of(samples.size(), s.height(), s.width(), s.channels()), codes));
    }
    return joined;
  }

  void write(Path file, QuantizedNetwork n) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.set("layers", mapper.valueToTree(layers));
    json.put("machine", machine);
    json.set("steps", mapper.valueToTree(steps));
    json.set("cycles", mapper.valueToTree(cycles));
    try {
      entries.put("golden.json", mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < tensors.size(); i++) {
      int bits = n.tensor(n.operations().get(i).output()).format().bits();
      entries.put(entry(i), NpyFile.encode(tensors.get(i), NpyFile.Width.of(bits)));
    }
    SafeWrite.bytes(file, ARCHIVE.encode(entries));
  }

  static Golden read(Path file) {
    String where = file.toString();
    Map<String, byte[]> entries =
        ARCHIVE.decode(SafeWrite.read(file, "record it with bitloom regress --update"), where);
    byte[] text = entries.remove("golden.json");
    if (text == null) {
      throw ARCHIVE.damaged(where, "lacks golden.json", null);
    }
    try {
      ObjectMapper mapper = new ObjectMapper();
      JsonNode json = mapper.readTree(text);
      List<CodeTensor> tensors = new ArrayList<>();
      for (int i = 0; entries.containsKey(entry(i)); i++) {
        tensors.add(NpyFile.decode(entries.get(entry(i)), where + ":" + entry(i)));
      }
      return new Golden(
          mapper.convertValue(json.get("layers"), new TypeReference<List<LayerDigest>>() {}),
          json.path("machine").asText(),
          mapper.convertValue(json.get("steps"), new TypeReference<List<String>>() {}),
          mapper.convertValue(json.get("cycles"), new TypeReference<List<List<Long>>>() {}),
          tensors);
    } catch (IOException | IllegalArgumentException e) {
      throw ARCHIVE.damaged(where, "is damaged (" + e.getMessage() + ")", e);
    }
  }
}
