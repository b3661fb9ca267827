package org.bitloom.trainer.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.Shape;

/** PNG and JPEG images in a folder for each class, in the order of the folders' names. */
final class ImageFolder {
  private ImageFolder() {}

  /**
   * Reads a part.
   *
   * @param part with a folder for each class
   * @param classes the folder whose subfolders are the classes
   */
  static Dataset load(Path part, Path classes) {
    List<Path> names = sorted(classes, true).stream().map(Path::getFileName).toList();
    if (names.isEmpty() || !Files.isDirectory(part)) {
      throw new BadInputException(
          part.toString(), "has no folder for each class", "lay images out as train/CLASS/x.png");
    }
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Path folder = part.resolve(names.get(i));
      for (Path f : Files.isDirectory(folder) ? sorted(folder, false) : List.<Path>of()) {
        if (f.toString().toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g)")) {
          files.add(f);
          labels.add(i);
        }
      }
    }
    if (files.isEmpty()) {
      throw new BadInputException(part.toString(), "holds no .png or .jpg", "put images there");
    }
    BufferedImage first = read(files.getFirst());
    int channels = first.getRaster().getNumBands() == 1 ? 1 : 3;
    Shape s = Shape.of(first.getHeight(), first.getWidth(), channels);
    byte[] pixels = new byte[files.size() * s.size()];
    for (int i = 0; i < files.size(); i++) {
      copy(files.get(i), read(files.get(i)), s, pixels, i * s.size());
    }
    int[] l = labels.stream().mapToInt(Integer::intValue).toArray();
    return Dataset.ofBytes(part.toString(), s, pixels, l, names.size());
  }

  private static List<Path> sorted(Path folder, boolean folders) {
    try (Stream<Path> s = Files.list(folder)) {
      return s.filter(p -> Files.isDirectory(p) == folders).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedImage read(Path file) {
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image != null) {
        return image;
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadInputException(
          file.toString(), "is a damaged image (" + e.getMessage() + ")", "replace it", e);
    }
    throw new BadInputException(file.toString(), "is no PNG or JPEG image", "replace it");
  }

  private static void copy(Path file, BufferedImage image, Shape s, byte[] pixels, int at) {
    boolean grey = image.getRaster().getNumBands() == 1;
    if (image.getHeight() != s.height()
        || image.getWidth() != s.width()
        || grey != (s.channels() == 1)) {
      throw new BadInputException(
          file.toString(),
          "is " + image.getHeight() + "x" + image.getWidth() + ", the first image is " + s,
          "bring all images to one size and kind");
    }
    int to = at;
    for (int y = 0; y < s.height(); y++) {
      for (int x = 0; x < s.width(); x++) {
        if (grey) {
          pixels[to++] = (byte) image.getRaster().getSample(x, y, 0);
          continue;
        }
        int rgb = image.getRGB(x, y);
        pixels[to++] = (byte) (rgb >> 16);
        pixels[to++] = (byte) (rgb >> 8);
        pixels[to++] = (byte) rgb;
      }
    }
  }
}
