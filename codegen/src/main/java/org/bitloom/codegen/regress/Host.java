package org.bitloom.codegen.regress;

import java.nio.file.Path;
import java.util.List;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/** What a regression needs from modules that it does not know: files, data sets, float models. */
public interface Host {
  /** Reads a network. */
  QuantizedNetwork network(Path file, String rounding);

  /** Reads input codes; limit 0 for all. */
  List<CodeTensor> inputs(Path file, QuantizedNetwork network, int limit);

  /** Accuracy on a data set, 0 to 1. */
  double accuracy(QuantizedNetwork network, String data);

  /** Signal-to-noise ratio of the network's outputs against a float model's, dB. */
  double snr(
      Path model, QuantizedNetwork network, List<CodeTensor> inputs, List<CodeTensor> outputs);
}
