package org.bitloom.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * CIFAR's binary files (Krizhevsky, 2009): a record is one label byte, or a coarse and a fine one
 * for CIFAR-100, and 32x32 red, green, blue planes.
 */
final class Cifar {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;

  private Cifar() {}

  static Dataset load(Path folder, boolean train) {
    boolean hundred = Files.exists(folder.resolve("train.bin"));
    List<Path> files = new ArrayList<>();
    if (hundred) {
      files.add(folder.resolve(train ? "train.bin" : "test.bin"));
    } else if (train) {
      for (int i = 1; i <= 5 && Files.exists(folder.resolve("data_batch_" + i + ".bin")); i++) {
        files.add(folder.resolve("data_batch_" + i + ".bin"));
      }
    } else {
      files.add(folder.resolve("test_batch.bin"));
    }
    List<byte[]> contents = new ArrayList<>();
    int record = 3 * PLANE + (hundred ? 2 : 1);
    int n = 0;
    for (Path f : files) {
      byte[] b = SafeWrite.read(f, "copy the data set again");
      if (b.length == 0 || b.length % record != 0) {
        throw new BadInputException(
            f.toString(),
            "is cut: " + b.length + " bytes are no whole records of " + record,
            "copy the data set again");
      }
      contents.add(b);
      n += b.length / record;
    }
    byte[] pixels = new byte[n * 3 * PLANE];
    int[] labels = new int[n];
    int classes = hundred ? 100 : 10;
    int at = 0;
    for (int f = 0; f < files.size(); f++) {
      byte[] b = contents.get(f);
      for (int from = 0; from < b.length; from += record, at++) {
        labels[at] = b[from + (hundred ? 1 : 0)] & 0xff;
        if (labels[at] >= classes) {
          throw new BadInputException(
              files.get(f).toString(),
              "has the label " + labels[at] + " in record " + from / record,
              "labels are 0 to " + (classes - 1));
        }
        int planes = from + record - 3 * PLANE;
        for (int p = 0; p < PLANE; p++) {
          for (int c = 0; c < 3; c++) {
            pixels[(at * PLANE + p) * 3 + c] = b[planes + c * PLANE + p];
          }
        }
      }
    }
    return Dataset.ofBytes(folder.toString(), Shape.of(SIDE, SIDE, 3), pixels, labels, classes);
  }
}
