package org.bitloom.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Fashion-MNIST (Xiao et al., 2017): 60 000 + 10 000 images of 28x28 in 10 classes, or any data set
 * in the same four IDX files.
 */
public final class FashionMnist {
  /** Where Debian's package dataset-fashion-mnist puts it. */
  public static final Path DEBIAN = Path.of("/usr/share/datasets/fashion-mnist");

  /** Class names, by label. */
  public static final java.util.List<String> CLASSES =
      java.util.List.of(
          "T-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "boot");

  private FashionMnist() {}

  /** The part of a data set. */
  public enum Part {
    /** Training images. */
    TRAIN("train"),
    /** Test images. */
    TEST("t10k");

    private final String prefix;

    Part(String prefix) {
      this.prefix = prefix;
    }
  }

  /** Whether the Debian package is installed. */
  public static boolean installed() {
    return Files.isDirectory(DEBIAN);
  }

  /** A part of the data set in a folder of IDX files, gzipped or not. */
  public static Dataset load(Path folder, Part part) {
    if (!Files.isDirectory(folder)) {
      throw new BadInputException(
          folder.toString(),
          "is not a folder",
          "install it with: apt-get install dataset-fashion-mnist, or give a folder with --data");
    }
    Path images = find(folder, part.prefix + "-images-idx3-ubyte");
    Path labels = find(folder, part.prefix + "-labels-idx1-ubyte");
    String mend = "install or copy the data set again";
    return assemble(
        SafeWrite.read(images, mend),
        images.toString(),
        SafeWrite.read(labels, mend),
        labels.toString());
  }

  /** The small part of the data set that the product ships: 3 500 training and 500 test images. */
  public static Dataset shipped(Part part) {
    String images = part.prefix + "-images-idx3-ubyte.gz";
    String labels = part.prefix + "-labels-idx1-ubyte.gz";
    return assemble(resource(images), images, resource(labels), labels);
  }

  private static byte[] resource(String name) {
    try (InputStream in = FashionMnist.class.getResourceAsStream("fashion-mnist-subset/" + name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path find(Path folder, String name) {
    Path gz = folder.resolve(name + ".gz");
    Path plain = folder.resolve(name);
    return Files.exists(plain) ? plain : gz;
  }

  private static Dataset assemble(
      byte[] images, String imagesName, byte[] labels, String labelsName) {
    IdxFile.Content x = IdxFile.parse(images, imagesName, 3);
    IdxFile.Content y = IdxFile.parse(labels, labelsName, 1);
    if (x.dims()[0] != y.dims()[0]) {
      throw new BadInputException(
          labelsName,
          "has " + y.dims()[0] + " labels for " + x.dims()[0] + " images",
          "use files of one data set");
    }
    int[] l = new int[y.dims()[0]];
    int classes = 10;
    for (int i = 0; i < l.length; i++) {
      l[i] = y.bytes()[i] & 0xff;
      if (l[i] >= classes) {
        throw new BadInputException(
            labelsName, "has the label " + l[i] + " at " + i, "labels are 0 to 9");
      }
    }
    return Dataset.ofBytes(
        imagesName, Shape.of(x.dims()[1], x.dims()[2], 1), x.bytes(), l, classes);
  }
}
