package org.bitloom.cli.input;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;

/** Input codes for a network. */
public final class Samples {
  private Samples() {}

  /**
   * The samples in a {@code .npy} of codes, {@code [n][y][x][c]} or one sample without n; {@code
   * limit} 0 for all.
   */
  public static List<CodeTensor> read(Path file, QuantizedNetwork network, int limit) {
    CodeTensor all = NpyFile.read(file);
    Shape want = network.inputSpec().shape();
    int n = all.size() / want.size();
    List<Integer> dims = all.shape().dims();
    boolean batch = dims.size() > 1 && dims.getFirst() == n && all.size() == n * want.size();
    boolean one = dims.equals(want.dims());
    if (!batch && !one) {
      throw new BadInputException(
          file.toString(), "has shape " + all.shape(), "the network takes n x " + want);
    }
    int count = one ? 1 : n;
    List<CodeTensor> samples = new ArrayList<>();
    for (int i = 0; i < (limit > 0 ? Math.min(limit, count) : count); i++) {
      int[] codes = new int[want.size()];
      all.copyTo(i * want.size(), codes, 0, codes.length);
      check(file, codes, network.inputSpec().format());
      samples.add(CodeTensor.wrap(want, codes));
    }
    return samples;
  }

  private static void check(Path file, int[] codes, ActivationFormat format) {
    for (int c : codes) {
      if (c < format.minCode() || c > format.maxCode()) {
        throw new BadInputException(
            file.toString(),
            "holds the code " + c,
            "the network takes codes from " + format.minCode() + " to " + format.maxCode());
      }
    }
  }

  /** Image {@code i} of a data set as codes of the network's input. */
  public static CodeTensor image(Dataset data, int i, QuantizedNetwork network) {
    ActivationFormat f = network.inputSpec().format();
    float[] reals = new float[data.shape().size()];
    data.reals(i, reals, 0);
    int[] codes = new int[reals.length];
    for (int j = 0; j < codes.length; j++) {
      codes[j] = f.toCode(reals[j], Rounding.HALF_AWAY);
    }
    return CodeTensor.wrap(network.inputSpec().shape(), codes);
  }

  /** Refuses a data set whose images the network does not take. */
  public static void checkShape(Dataset data, QuantizedNetwork network) {
    if (data.shape().size() != network.inputSpec().shape().size()) {
      throw new BadInputException(
          data.name(),
          "has images of " + data.shape(),
          "the network takes " + network.inputSpec().shape());
    }
  }

  /**
   * Samples for a command that was not given any: test images if they fit the network, else random
   * codes, about half of them zero.
   */
  public static List<CodeTensor> some(QuantizedNetwork network, int count) {
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TEST);
    List<CodeTensor> samples = new ArrayList<>();
    boolean images = data.shape().equals(network.inputSpec().shape());
    if (!images) {
      System.err.println("no --input: using " + count + " samples of random codes");
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < count; i++) {
      samples.add(images ? image(data, i % data.size(), network) : random(network, random));
    }
    return samples;
  }

  private static CodeTensor random(QuantizedNetwork network, SplittableRandom random) {
    ActivationFormat f = network.inputSpec().format();
    int[] codes = new int[network.inputSpec().shape().size()];
    for (int j = 0; j < codes.length; j++) {
      codes[j] = random.nextBoolean() ? f.zeroCode() : random.nextInt(f.minCode(), f.maxCode() + 1);
    }
    return CodeTensor.wrap(network.inputSpec().shape(), codes);
  }
}
