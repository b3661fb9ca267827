package org.bitloom.fixedpoint.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;
import org.bitloom.fixedpoint.error.BadInputException;

/**
 * YAML bound to records: unknown keys and wrong types are refused with file, line, key and the keys
 * there are.
 */
public final class YamlFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(new YAMLFactory())
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);

  private YamlFile() {}

  /** Reads a file the user named. */
  public static <T> T read(Path file, Class<T> type) {
    byte[] bytes = SafeWrite.read(file, "give a YAML file");
    return parse(new String(bytes, StandardCharsets.UTF_8), file.toString(), type);
  }

  /** Binds YAML text; {@code where} names it in errors. */
  public static <T> T parse(String yaml, String where, Class<T> type) {
    try {
      T value = MAPPER.readValue(yaml, type);
      if (value == null) {
        throw new BadInputException(where, "is empty", "write at least one key");
      }
      return value;
    } catch (UnrecognizedPropertyException e) {
      Collection<Object> known = e.getKnownPropertyIds();
      String keys =
          known == null
              ? ""
              : known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
      throw new BadInputException(
          place(where, e),
          "unknown key " + e.getPropertyName() + Suggestion.of(e.getPropertyName(), known),
          "the keys are " + keys,
          e);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof IllegalArgumentException i ? i : e;
      String what = cause == e ? e.getOriginalMessage() : cause.getMessage();
      boolean missing = what.startsWith("Cannot map `null`");
      throw new BadInputException(
          place(where, e),
          key(e) + (missing ? "is missing" : what),
          missing ? "add it" : "correct it",
          e);
    }
  }

  /** Reads a file the user named as a tree. */
  public static JsonNode tree(Path file) {
    return read(file, JsonNode.class);
  }

  /** A tree as YAML text. */
  public static String text(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the tree cannot be written", e);
    }
  }

  private static String place(String where, JsonProcessingException e) {
    JsonLocation l = e.getLocation();
    return l == null || l.getLineNr() < 1 ? where : where + ":" + l.getLineNr();
  }

  private static String key(JsonProcessingException e) {
    if (!(e instanceof JsonMappingException m) || m.getPath().isEmpty()) {
      return "";
    }
    StringBuilder s = new StringBuilder();
    for (JsonMappingException.Reference r : m.getPath()) {
      if (r.getFieldName() != null) {
        s.append(s.isEmpty() ? "" : ".").append(r.getFieldName());
      } else {
        s.append('[').append(r.getIndex()).append(']');
      }
    }
    return s + ": ";
  }
}
