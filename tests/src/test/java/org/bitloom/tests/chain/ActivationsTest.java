package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitloom.cli.input.Samples;
import org.bitloom.codegen.verify.Verifier;
import org.bitloom.codegen.verify.VerifyResult;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.cycles.Simulator;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Planner;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.onnx.OnnxExport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every activation from the float network to the hardware, and as ONNX Runtime sees it. */
class ActivationsTest {
  private static final String YAML =
      """
      name: activations
      epochs: 1
      optimizer: {type: adam, rate: 0.001}
      layers:
        - {type: conv, filters: 6, kernel: 3, stride: 2}
        - {type: hard_swish}
        - {type: conv, filters: 5, kernel: 3, padding: same}
        - {type: depthwise, kernel: 3, padding: same}
        - {type: leaky_relu, alpha: 0.2}
        - {type: max_pool, size: 2}
        - {type: conv, filters: 8, kernel: 3, padding: same}
        - {type: relu6}
        - {type: dense, units: 12}
        - {type: tanh}
        - {type: dense, units: 11}
        - {type: hard_sigmoid}
        - {type: dense, units: 10}
        - {type: sigmoid}
      """;
  @TempDir Path dir;

  private static final Dataset DATA = FashionMnist.shipped(FashionMnist.Part.TRAIN).first(40);

  private static FloatNetwork network() {
    FloatNetwork n = TrainingConfig.parse(YAML, "t").network(DATA.shape(), "t");
    n.initialise(new SplittableRandom(1));
    return n;
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8", "dfp8"})
  void runInHardware(String format) {
    FloatNetwork n = network();
    QuantizedNetwork q =
        Converter.convert(
            n,
            Observation.of(n, DATA),
            TargetFormat.of(format, RoundingPolicy.DOUBLE, false),
            new MinMax(),
            new MinMax());
    Plan plan = Planner.plan(q, AcceleratorConfig.of("tiny"));
    assertEquals(
        5,
        plan.layers().stream().filter(l -> l.post().table() != null).count(),
        "all but relu6, which is a clamp of the convolution before it");
    assertEquals(7, plan.layers().size(), "tables ride along");
    Simulator simulator = new Simulator(plan);
    List<SampleResult> samples =
        IntStream.range(0, 2).mapToObj(i -> simulator.run(Samples.image(DATA, i, q))).toList();
    VerifyResult v =
        new Verifier(plan, dir, Verifier.Listener.NONE)
            .verify(samples, new Verifier.Options(1, 0, false));
    assertEquals(0, v.mismatches(), () -> v.first().describe());
    float[] x = new float[n.input().size()];
    float[] y;
    double largest = 0;
    for (int i = 0; i < 2; i++) {
      DATA.reals(i, x, 0);
      y = new NetworkPass(n, 1).forward(x, 1);
      for (int k = 0; k < 10; k++) {
        double code =
            q.outputSpec().format().toReal(samples.get(i).tensors().get(q.output()).get(k));
        largest = Math.max(largest, Math.abs(y[k] - code));
      }
    }
    assertTrue(largest < 0.15, "outputs differ by up to " + largest);
  }

  @Test
  void onnxRuntimeComputesTheSame() throws Exception {
    FloatNetwork n = network();
    float[] x = new float[n.input().size()];
    DATA.reals(3, x, 0);
    float[] ours = new NetworkPass(n, 1).forward(x, 1);
    OrtEnvironment e = OrtEnvironment.getEnvironment();
    try (OrtSession session = e.createSession(OnnxExport.encode(n));
        OnnxTensor in = OnnxTensor.createTensor(e, FloatBuffer.wrap(x), new long[] {1, 1, 28, 28});
        OrtSession.Result r = session.run(Map.of(session.getInputNames().iterator().next(), in))) {
      float[][] theirs = (float[][]) r.get(0).getValue();
      for (int k = 0; k < 10; k++) {
        assertEquals(theirs[0][k], ours[k], 1e-4 * Math.abs(theirs[0][k]) + 1e-6);
      }
    }
  }
}
