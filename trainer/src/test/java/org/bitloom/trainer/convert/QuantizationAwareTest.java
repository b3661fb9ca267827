package org.bitloom.trainer.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.calibrate.MeanSquareError;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Augmentation;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.train.Adam;
import org.bitloom.trainer.train.EpochResult;
import org.bitloom.trainer.train.Pruning;
import org.bitloom.trainer.train.Schedule;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.TrainingSettings;
import org.bitloom.trainer.train.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizationAwareTest {
  private static final String YAML =
      """
      epochs: 1
      optimizer: {type: adam, rate: 0.001}
      layers:
        - {name: conv, type: conv, filters: 6, kernel: 3, padding: same, stride: 2, batch_norm: true, activation: relu}
        - {name: side, type: depthwise, kernel: 3, padding: same, batch_norm: true}
        - {name: sum, type: add, inputs: [side, conv]}
        - {name: rectified, type: relu}
        - {name: gate, type: hard_swish, inputs: [side]}
        - {name: both, type: concat, inputs: [rectified, gate]}
        - {name: pool, type: average_pool, size: 2}
        - {name: wide, type: conv, filters: 8, kernel: 3, activation: relu6}
        - {name: max, type: max_pool, size: 2}
        - {type: dropout, rate: 0.2}
        - {type: flatten}
        - {name: dense, type: dense, units: 10}
      """;

  /**
   * The codes that training computes are those of the converted network in the reference executor,
   * in every layer, after steps that moved weights, ranges and normalization.
   */
  @ParameterizedTest
  @CsvSource({
    "int8, TRACKED",
    "int8, LEARNED",
    "int4, FIXED",
    "dfp8, TRACKED",
    "dfp8, LEARNED",
    "dfp4, LEARNED",
    "dfp4, TRACKED",
    "dfp16, TRACKED",
    "log2:4, TRACKED",
    "log2:4/dfp6, LEARNED",
    "codebook:4, TRACKED",
    "codebook:3/dfp8, TRACKED"
  })
  void trainsTheIntegersOfTheConvertedNetwork(String format, QuantizationAware.Ranges ranges) {
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(320);
    FloatNetwork network = TrainingConfig.parse(YAML, "t").network(data.shape(), "t");
    network.initialise(new SplittableRandom(1));
    TargetFormat target = TargetFormat.of(format, RoundingPolicy.DOUBLE, false);
    if (target instanceof TargetFormat.FixedPoint f && format.equals("dfp8")) {
      target = f.with(java.util.Map.of("wide", 6)); // formats by layer
    }
    Calibration rule = target instanceof TargetFormat.Int8 ? new MinMax() : new MeanSquareError();
    QuantizationAware aware =
        new QuantizationAware(
            network, Observation.of(network, data.first(40)), target, rule, rule, ranges);
    TrainingSettings settings =
        new TrainingSettings(3, 2, 64, new Adam(0.9, 0.999, 1e-8), 0.01, new Schedule.Constant());
    List<EpochResult> history;
    try (Workers workers = new Workers()) {
      history =
          new Trainer(aware, settings)
              .train(data, data.first(64), workers, new Trainer.Listener() {});
    }
    assertTrue(
        history.getLast().loss() < history.getFirst().loss(),
        history.getFirst().loss() + " to " + history.getLast().loss());
    QuantizedNetwork converted = aware.convert();
    Layer.Run run = aware.inference();
    NetworkPass pass = aware.newPass(3);
    float[] x = new float[3 * 784];
    for (int i = 0; i < 3; i++) {
      data.reals(i, x, i * 784);
    }
    pass.forward(x, 3, run);
    for (int i = 0; i < 3; i++) {
      List<CodeTensor> all = new ReferenceExecutor(converted).run(input(converted, x, i));
      for (int t = 0; t < all.size(); t++) {
        ActivationFormat f = converted.tensor(t).format();
        for (int j = 0; j < all.get(t).size(); j++) {
          float real = pass.tensor(t + 1)[i * all.get(t).size() + j];
          assertEquals(
              all.get(t).get(j),
              Math.round(real / f.step()) + f.zeroCode(),
              converted.tensor(t).name() + " " + j);
        }
      }
    }
  }

  private static CodeTensor input(QuantizedNetwork network, float[] x, int sample) {
    ActivationFormat f = network.inputSpec().format();
    int[] codes = new int[784];
    for (int j = 0; j < codes.length; j++) {
      codes[j] = f.toCode(x[sample * 784 + j], Rounding.HALF_AWAY);
    }
    return CodeTensor.wrap(network.inputSpec().shape(), codes);
  }

  private static QuantizationAware model(Dataset data, String format) {
    FloatNetwork network = TrainingConfig.parse(YAML, "t").network(data.shape(), "t");
    network.initialise(new SplittableRandom(1));
    TargetFormat target = TargetFormat.of(format, RoundingPolicy.DOUBLE, false);
    Calibration rule = new MinMax();
    return new QuantizationAware(
        network,
        Observation.of(network, data.first(40)),
        target,
        rule,
        rule,
        QuantizationAware.Ranges.TRACKED);
  }

  /** A run stopped in the middle of an epoch and resumed ends as the undisturbed one. */
  @ParameterizedTest
  @ValueSource(strings = {"int8", "dfp5", "codebook:3/dfp8"})
  void resumedRunsEndTheSame(String format) {
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(320);
    TrainingSettings settings =
        new TrainingSettings(3, 3, 64, new Adam(0.9, 0.999, 1e-8), 0.01, new Schedule.Cosine())
            .with(
                new TrainingSettings.Extras(
                    Augmentation.NONE, null, new Pruning(0.5, 0, 0.5, false, false), true));
    QuantizationAware whole = model(data, format);
    QuantizationAware begun = model(data, format);
    QuantizationAware resumed = model(data, format);
    try (Workers workers = new Workers()) {
      new Trainer(whole, settings).train(data, data.first(64), workers, new Trainer.Listener() {});
      Trainer first = new Trainer(begun, settings);
      first.train(
          data,
          data.first(64),
          workers,
          new Trainer.Listener() {
            private int batches;

            @Override
            public void batch(int epoch, int done, int total, double loss) {
              if (++batches == 8) {
                first.stop();
              }
            }
          });
      Trainer second = new Trainer(resumed, settings);
      second.resume(first.checkpoint("f"));
      second.train(data, data.first(64), workers, new Trainer.Listener() {});
    }
    for (int i = 0; i < whole.parameters().size(); i++) {
      assertArrayEquals(
          whole.parameters().get(i).values(),
          resumed.parameters().get(i).values(),
          whole.parameters().get(i).name());
    }
    assertArrayEquals(NetworkFile.encode(whole.convert()), NetworkFile.encode(resumed.convert()));
  }
}
