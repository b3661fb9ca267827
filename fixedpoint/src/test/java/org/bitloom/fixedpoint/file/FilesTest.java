package org.bitloom.fixedpoint.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.execute.Networks;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
  @TempDir Path dir;

  @Test
  void aNetworkComesBackEqualAndItsFileIsReproducible() {
    QuantizedNetwork n = Networks.byHand();
    Path file = dir.resolve("n.bitloom");
    NetworkFile.write(file, n);
    assertEquals(n, NetworkFile.read(file));
    assertArrayEquals(NetworkFile.encode(n), NetworkFile.encode(NetworkFile.read(file)));
  }

  /**
   * Whatever happens to a file, reading it gives the one-line error or, if nothing that matters
   * changed, the network.
   */
  @Test
  void aDamagedFileIsRefusedWithOneLine() {
    byte[] good = NetworkFile.encode(Networks.byHand());
    SplittableRandom r = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bad =
          r.nextInt(4) == 0 ? java.util.Arrays.copyOf(good, r.nextInt(good.length)) : good.clone();
      for (int j = r.nextInt(1, 4); j > 0 && bad.length > 0; j--) {
        bad[r.nextInt(bad.length)] ^= (byte) (1 << r.nextInt(8));
      }
      try {
        assertEquals(Networks.byHand(), NetworkFile.decode(bad, "bad.bitloom"));
      } catch (BadInputException e) {
        refused++;
        assertTrue(
            e.getMessage().startsWith("bad.bitloom") && !e.getMessage().contains("\n"),
            e.getMessage());
      }
    }
    assertTrue(refused > 1000, refused + " refused");
  }

  @Test
  void aNewerVersionIsRefused() throws Exception {
    byte[] good = NetworkFile.encode(Networks.byHand());
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    try (java.util.zip.ZipInputStream in =
            new java.util.zip.ZipInputStream(new java.io.ByteArrayInputStream(good));
        java.util.zip.ZipOutputStream zip = new java.util.zip.ZipOutputStream(out)) {
      for (var e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        zip.putNextEntry(new java.util.zip.ZipEntry(e.getName()));
        String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        zip.write(
            text.replace("\"version\" : 1", "\"version\" : 2")
                .getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    BadInputException e =
        assertThrows(BadInputException.class, () -> NetworkFile.decode(out.toByteArray(), "n"));
    assertTrue(e.getMessage().contains("version 2"), e.getMessage());
  }

  @Test
  void npyComesBackEqualInEveryWidth() {
    CodeTensor t = CodeTensor.of(Shape.of(2, 3), -128, 127, 0, 1, -1, 5);
    for (NpyFile.Width w : NpyFile.Width.values()) {
      assertEquals(t, NpyFile.decode(NpyFile.encode(t, w), "t"));
    }
    assertEquals(0, NpyFile.encode(t, NpyFile.Width.I8).length % 2);
  }

  @Test
  void damagedNpyIsRefusedWithOneLine() {
    byte[] good =
        NpyFile.encode(CodeTensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6), NpyFile.Width.I16);
    SplittableRandom r = new SplittableRandom(4);
    for (int i = 0; i < 3000; i++) {
      byte[] bad =
          r.nextInt(3) == 0 ? java.util.Arrays.copyOf(good, r.nextInt(good.length)) : good.clone();
      if (bad.length > 0) {
        bad[r.nextInt(bad.length)] = (byte) r.nextInt(256);
      }
      try {
        NpyFile.decode(bad, "t.npy");
      } catch (BadInputException e) {
        assertFalse(e.getMessage().contains("\n"));
      }
    }
  }

  @Test
  void aMissingFileIsNamed() {
    BadInputException e =
        assertThrows(BadInputException.class, () -> NetworkFile.read(dir.resolve("none.bitloom")));
    assertTrue(
        e.getMessage().contains("none.bitloom") && e.getMessage().contains("does not exist"));
  }

  @Test
  void writingReplacesWholeFilesAndLeavesNothingBehind() throws Exception {
    Path f = dir.resolve("a/b.txt");
    SafeWrite.text(f, "one");
    SafeWrite.text(f, "two");
    assertEquals("two", Files.readString(f));
    try (var list = Files.list(f.getParent())) {
      assertEquals(1, list.count());
    }
  }

  @Test
  void anUnknownKeyGetsASuggestion() {
    record Keys(Integer slices, Integer lanes) {}
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> YamlFile.parse("slises: 4", "a.yaml", Keys.class));
    assertTrue(
        e.getMessage().contains("a.yaml:1") && e.getMessage().contains("did you mean slices?"),
        e.getMessage());
    e =
        assertThrows(
            BadInputException.class, () -> YamlFile.parse("slices: many", "a.yaml", Keys.class));
    assertTrue(e.getMessage().contains("slices"), e.getMessage());
    record Needed(int slices) {}
    e = assertThrows(BadInputException.class, () -> YamlFile.parse("{}", "a.yaml", Needed.class));
    assertTrue(e.getMessage().contains("slices: is missing"), e.getMessage());
    assertThrows(BadInputException.class, () -> YamlFile.parse("", "a.yaml", Keys.class));
    assertThrows(BadInputException.class, () -> YamlFile.parse("a: [", "a.yaml", Keys.class));
  }
}
