package org.bitloom.trainer.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bitloom.fixedpoint.calibrate.MeanSquareError;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConverterTest {
  private static final String YAML =
      """
      epochs: 1
      optimizer: {type: adam, rate: 0.001}
      layers:
        - {type: conv, filters: 6, kernel: 3, padding: same, stride: 2}
        - {type: relu}
        - {type: average_pool, size: 2}
        - {type: conv, filters: 8, kernel: 3}
        - {type: max_pool, size: 2}
        - {type: relu}
        - {type: flatten}
        - {type: dense, units: 10}
      """;

  static List<TargetFormat> targets() {
    return Stream.of(
            "int8",
            "dfp8",
            "dfp12",
            "codebook:6",
            "codebook:6:density/dfp10",
            "log2:5/dfp8",
            "log2:5",
            "int7")
        .map(f -> TargetFormat.of(f, RoundingPolicy.SINGLE, f.equals("int7")))
        .toList();
  }

  /**
   * The integers stand for nearly the reals the float network computes, and both executors agree on
   * them.
   */
  @ParameterizedTest
  @MethodSource("targets")
  void integersFollowTheReals(TargetFormat target) {
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(60);
    FloatNetwork n = TrainingConfig.parse(YAML, "t").network(data.shape(), "t");
    n.initialise(new SplittableRandom(1));
    boolean int8 = target instanceof TargetFormat.Int8;
    QuantizedNetwork q =
        Converter.convert(
            n,
            Observation.of(n, data),
            target,
            int8 ? new MinMax() : new MeanSquareError(),
            new MinMax());
    assertTrue(
        ((Conv2d) q.operations().getFirst()).clamp().lo() >= q.tensor(1).format().zeroCode(),
        "ReLU is fused");
    NetworkPass pass = new NetworkPass(n, 1);
    double error = 0;
    double size = 0;
    for (int i = 0; i < data.size(); i++) {
      float[] x = new float[784];
      data.reals(i, x, 0);
      ActivationFormat f = q.inputSpec().format();
      int[] codes = new int[784];
      for (int j = 0; j < 784; j++) {
        codes[j] = f.toCode(x[j], Rounding.HALF_AWAY);
      }
      CodeTensor in = CodeTensor.wrap(q.inputSpec().shape(), codes);
      List<CodeTensor> all = new FastExecutor(q).run(in);
      assertEquals(new ReferenceExecutor(q).run(in), all);
      float[] y = pass.forward(x, 1);
      for (int k = 0; k < 10; k++) {
        error += Math.pow(q.outputSpec().format().toReal(all.get(q.output()).get(k)) - y[k], 2);
        size += y[k] * y[k];
      }
    }
    double limit = target.weights() instanceof WeightChoice.Logarithmic ? 0.4 : 0.08;
    assertTrue(Math.sqrt(error / size) < limit, "relative error " + Math.sqrt(error / size));
  }
}
