package org.bitloom.cli.input;

import java.nio.file.Path;
import org.bitloom.trainer.data.DataSource;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;

/** Finds the data set a command works on. */
public final class Datasets {
  private Datasets() {}

  /**
   * A part of the data set in a folder, see {@link DataSource}; without one Debian's Fashion-MNIST,
   * or the small part of it that the product ships, which is then said on standard error.
   */
  public static Dataset load(Path folder, FashionMnist.Part part) {
    if (folder != null) {
      return DataSource.load(folder, part);
    }
    if (FashionMnist.installed()) {
      return FashionMnist.load(FashionMnist.DEBIAN, part);
    }
    Dataset shipped = FashionMnist.shipped(part);
    System.err.println(
        "Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist): using the shipped subset of "
            + shipped.size()
            + " images; accuracies will be lower");
    return shipped;
  }
}
