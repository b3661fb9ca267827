package org.bitloom.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
  @TempDir Path dir;

  @BeforeEach
  void copyTheShippedSubset() throws IOException {
    for (String n : new String[] {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
      try (InputStream in =
          FashionMnist.class.getResourceAsStream("fashion-mnist-subset/" + n + ".gz")) {
        Files.write(dir.resolve(n + ".gz"), in.readAllBytes());
      }
    }
  }

  private String refusal() {
    BadInputException e =
        assertThrows(BadInputException.class, () -> FashionMnist.load(dir, FashionMnist.Part.TEST));
    assertFalse(e.getMessage().contains("\n"));
    return e.getMessage();
  }

  @Test
  void readsGzippedAndPlainFiles() throws IOException {
    Dataset a = FashionMnist.load(dir, FashionMnist.Part.TEST);
    assertEquals(500, a.size());
    assertEquals(Shape.of(28, 28, 1), a.shape());
    Path gz = dir.resolve("t10k-images-idx3-ubyte.gz");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gz))) {
      Files.write(dir.resolve("t10k-images-idx3-ubyte"), in.readAllBytes());
    }
    Files.delete(gz);
    Dataset b = FashionMnist.load(dir, FashionMnist.Part.TEST);
    float[] x = new float[784];
    float[] y = new float[784];
    a.reals(499, x, 0);
    b.reals(499, y, 0);
    assertTrue(Arrays.equals(x, y));
    assertEquals(9, a.label(0));
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(dir.resolve("t10k-labels-idx1-ubyte.gz"));
    assertTrue(refusal().contains("t10k-labels-idx1-ubyte.gz"));
  }

  @Test
  void aCutFileIsNamed() throws IOException {
    Path f = dir.resolve("t10k-images-idx3-ubyte.gz");
    Files.write(f, Arrays.copyOf(Files.readAllBytes(f), 5000));
    assertTrue(refusal().contains("t10k-images-idx3-ubyte.gz"));
  }

  @Test
  void aHeaderThatPromisesTooMuchIsRefused() throws IOException {
    Path f = dir.resolve("t10k-labels-idx1-ubyte");
    Files.write(f, new byte[] {0, 0, 8, 1, 127, 127, 127, 127, 1, 2, 3});
    assertTrue(refusal().contains("is cut"));
  }

  @Test
  void aWrongLabelIsRefused() throws IOException {
    byte[] labels = new byte[508];
    labels[2] = 8;
    labels[3] = 1;
    labels[6] = 1;
    labels[7] = (byte) 0xf4;
    labels[100] = 11;
    Files.write(dir.resolve("t10k-labels-idx1-ubyte"), labels);
    assertTrue(refusal().contains("label 11"));
  }
}
