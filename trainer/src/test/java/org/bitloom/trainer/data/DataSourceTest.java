package org.bitloom.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSourceTest {
  @TempDir Path dir;

  private static float[] reals(Dataset d, int i) {
    float[] x = new float[d.shape().size()];
    d.reals(i, x, 0);
    return x;
  }

  private static String refusal(Path path) {
    String m =
        assertThrows(BadInputException.class, () -> DataSource.load(path, FashionMnist.Part.TRAIN))
            .getMessage();
    assertTrue(!m.contains("\n"), m);
    return m;
  }

  @Test
  void cifar() throws IOException {
    byte[] records = new byte[2 * 3073];
    records[0] = 7;
    records[1] = (byte) 255; // red of the first pixel
    records[1 + 1024 + 1] = (byte) 51; // green of the second
    records[3073] = 2;
    Files.write(dir.resolve("data_batch_1.bin"), records);
    Dataset d = DataSource.load(dir, FashionMnist.Part.TRAIN);
    assertEquals(Shape.of(32, 32, 3), d.shape());
    assertEquals(2, d.size());
    assertEquals(7, d.label(0));
    assertEquals(2, d.label(1));
    assertEquals(1, reals(d, 0)[0]);
    assertEquals(0.2f, reals(d, 0)[3 + 1]);
    Files.write(dir.resolve("data_batch_1.bin"), new byte[3000]);
    assertTrue(refusal(dir).contains("data_batch_1.bin: is cut"), refusal(dir));
  }

  @Test
  void images() throws IOException {
    for (String c : new String[] {"cat", "dog"}) {
      for (String part : new String[] {"train", "test"}) {
        Files.createDirectories(dir.resolve(part).resolve(c));
        BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 2, c.equals("dog") ? 0x336699 : 0);
        ImageIO.write(image, "png", dir.resolve(part).resolve(c).resolve("a.png").toFile());
      }
    }
    Dataset d = DataSource.load(dir, FashionMnist.Part.TEST);
    assertEquals(Shape.of(4, 5, 3), d.shape());
    assertEquals(2, d.classes());
    assertEquals(1, d.label(1));
    assertEquals(0x66 / 255f, reals(d, 1)[(2 * 5 + 1) * 3 + 1]);
    Path damaged = dir.resolve("train/dog/b.png");
    Files.write(damaged, new byte[] {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3});
    assertTrue(refusal(dir).contains("b.png"), refusal(dir));
  }

  @Test
  void csv() throws IOException {
    Path file = dir.resolve("points.csv");
    Files.writeString(file, "label,x,y\n0,1,2.5\n1,3,4\n2,-5,6\n0,1,1\n1,1,1\n1,7,8\n");
    Dataset train = DataSource.load(file, FashionMnist.Part.TRAIN);
    Dataset test = DataSource.load(file, FashionMnist.Part.TEST);
    assertEquals(5, train.size());
    assertEquals(1, test.size());
    assertEquals(3, train.classes());
    assertEquals(Shape.of(1, 1, 2), train.shape());
    assertEquals(-5, reals(train, 2)[0]);
    assertEquals(8, reals(test, 0)[1]);
    Files.writeString(file, "0,1,2\n1,x,3\n");
    assertTrue(refusal(file).contains("line 2"), refusal(file));
  }

  @Test
  void numpy() {
    NpyFile.write(
        dir.resolve("train-images.npy"),
        CodeTensor.wrap(new Shape(java.util.List.of(2, 1, 2)), new int[] {0, 51, 102, 255 - 128}),
        NpyFile.Width.of(16));
    NpyFile.write(
        dir.resolve("train-labels.npy"), CodeTensor.vector(new int[] {1, 0}), NpyFile.Width.of(8));
    Dataset d = DataSource.load(dir, FashionMnist.Part.TRAIN);
    assertEquals(Shape.of(1, 2, 1), d.shape());
    assertEquals(0.2f, reals(d, 0)[1]);
    assertEquals(1, d.label(0));
  }

  @Test
  void unknown() {
    assertTrue(refusal(dir).contains("holds no data set"), refusal(dir));
    assertTrue(refusal(dir.resolve("none")).contains("neither"), refusal(dir.resolve("none")));
  }
}
