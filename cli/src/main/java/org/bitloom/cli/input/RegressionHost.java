package org.bitloom.cli.input;

import java.nio.file.Path;
import java.util.List;
import org.bitloom.codegen.regress.Host;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.onnx.OnnxImport;

/** What a regression suite names in files, data sets and float models. */
public final class RegressionHost implements Host {

  @Override
  public QuantizedNetwork network(Path file, String rounding) {
    return Networks.read(file, rounding);
  }

  @Override
  public List<CodeTensor> inputs(Path file, QuantizedNetwork network, int limit) {
    return Samples.read(file, network, limit);
  }

  @Override
  public double accuracy(QuantizedNetwork network, String data) {
    if (!"fashion-mnist".equals(data)) {
      throw new BadInputException(
          "accuracy.data", "is " + data, "write fashion-mnist (the images that come with Bitloom)");
    }
    return Accuracy.of(network, FashionMnist.shipped(FashionMnist.Part.TEST));
  }

  @Override
  public double snr(
      Path model, QuantizedNetwork network, List<CodeTensor> inputs, List<CodeTensor> outputs) {
    FloatNetwork net = OnnxImport.read(model);
    NetworkPass pass = new NetworkPass(net, 1);
    ActivationFormat in = network.inputSpec().format();
    ActivationFormat out = network.outputSpec().format();
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < inputs.size(); i++) {
      CodeTensor x = inputs.get(i);
      float[] reals = new float[x.size()];
      for (int j = 0; j < reals.length; j++) {
        reals[j] = (float) in.toReal(x.get(j));
      }
      float[] want = pass.forward(reals, 1);
      CodeTensor y = outputs.get(i);
      if (want.length < y.size()) {
        throw new BadInputException(
            model.toString(),
            "gives " + want.length + " outputs, the network " + y.size(),
            "name the model the network was made from");
      }
      for (int j = 0; j < y.size(); j++) {
        double error = want[j] - out.toReal(y.get(j));
        signal += (double) want[j] * want[j];
        noise += error * error;
      }
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }
}
