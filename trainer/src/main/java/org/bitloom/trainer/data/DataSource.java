package org.bitloom.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bitloom.fixedpoint.error.BadInputException;

/** Finds out in which format a data set lies on disk, and reads it. */
public final class DataSource {
  private static final String FORMATS =
      "give a folder of IDX files, CIFAR .bin files, train-images.npy and so on, train/CLASS/*.png,"
          + " or train.csv and test.csv";

  private DataSource() {}

  /**
   * A part of the data set in a folder or a CSV file.
   *
   * @throws BadInputException naming the file that is damaged or missing
   */
  public static Dataset load(Path path, FashionMnist.Part part) {
    boolean train = part == FashionMnist.Part.TRAIN;
    if (Files.isRegularFile(path) && path.toString().endsWith(".csv")) {
      Dataset all = Tabular.csv(path);
      int cut = (int) Math.round(all.size() * 5.0 / 6); // the last sixth is for testing
      return train ? all.range(0, cut) : all.range(cut, all.size());
    }
    if (!Files.isDirectory(path)) {
      throw new BadInputException(path.toString(), "is neither a folder nor a .csv file", FORMATS);
    }
    if (Files.exists(path.resolve("train.csv"))) {
      return Tabular.csv(path.resolve(train ? "train.csv" : "test.csv"));
    }
    if (Files.exists(path.resolve("train-images.npy"))) {
      String prefix = train ? "train" : "test";
      return Tabular.numpy(
          path.resolve(prefix + "-images.npy"), path.resolve(prefix + "-labels.npy"));
    }
    if (Files.exists(path.resolve("data_batch_1.bin")) || Files.exists(path.resolve("train.bin"))) {
      return Cifar.load(path, train);
    }
    if (Files.isDirectory(path.resolve("train"))) {
      return ImageFolder.load(path.resolve(train ? "train" : "test"), path.resolve("train"));
    }
    if (Files.exists(path.resolve("train-images-idx3-ubyte"))
        || Files.exists(path.resolve("train-images-idx3-ubyte.gz"))
        || Files.exists(path.resolve("t10k-images-idx3-ubyte.gz"))
        || Files.exists(path.resolve("t10k-images-idx3-ubyte"))) {
      return FashionMnist.load(path, part);
    }
    throw new BadInputException(path.toString(), "holds no data set that is known", FORMATS);
  }
}
