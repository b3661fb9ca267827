package org.bitloom.trainer.convert;

import java.util.List;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.calibrate.Statistics;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;

/**
 * What calibration saw: the statistics of the network's input and of every output of its layers
 * after {@link Folding}.
 *
 * @param input of the input
 * @param layers one for each layer, in order
 */
public record Observation(Statistics input, List<Statistics> layers) {

  /** Runs all images of {@code data} through the network, folded. */
  public static Observation of(FloatNetwork real, Dataset data) {
    FloatNetwork network = Folding.fold(real);
    Statistics input = new Statistics();
    List<Statistics> layers =
        IntStream.range(0, network.layers().size()).mapToObj(i -> new Statistics()).toList();
    NetworkPass pass = new NetworkPass(network, 1);
    float[] x = new float[network.input().size()];
    for (int i = 0; i < data.size(); i++) {
      data.reals(i, x, 0);
      input.add(x, 0, x.length);
      pass.forward(
          x, 1, (l, y) -> layers.get(l).add(y, 0, network.layers().get(l).output().size()));
    }
    return new Observation(input, layers);
  }
}
