package org.bitloom.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bitloom.cli.input.Samples;
import org.bitloom.fixedpoint.calibrate.MeanSquareError;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tflite.TfliteImport;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.onnx.OnnxExport;
import org.bitloom.trainer.onnx.OnnxImport;
import org.bitloom.trainer.onnx.QdqExport;
import org.bitloom.trainer.onnx.QuantizedOnnxImport;
import org.bitloom.trainer.train.Adam;
import org.bitloom.trainer.train.Schedule;
import org.bitloom.trainer.train.Trainer;
import org.bitloom.trainer.train.TrainingSettings;
import org.bitloom.trainer.train.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every example network and both public networks in ONNX Runtime: floats within 1e-4, and codes
 * equal except at ties. Each operation is judged on ONNX Runtime's own input codes: its exact
 * result is computed, and where the codes differ it must lie within {@link ExactResult}'s error
 * bound of half way between two codes; anything else fails.
 */
class QdqTest {
  private static final Dataset DATA = FashionMnist.shipped(FashionMnist.Part.TRAIN);
  private static final List<String> EXAMPLES =
      List.of(
          "fashion-cnn",
          "fashion-mlp",
          "fashion-ds-cnn",
          "fashion-resnet8",
          "fashion-mobilenet",
          "fashion-ghost");

  /** A network of the examples after a few steps, so that no number is a round one. */
  private static FloatNetwork example(String name) {
    Path file = Path.of("../examples/" + name + ".yaml");
    FloatNetwork n = TrainingConfig.read(file).network(DATA.shape(), name);
    TrainingSettings s =
        new TrainingSettings(1, 1, 64, new Adam(0.9, 0.999, 1e-8), 0.002, new Schedule.Constant());
    try (Workers w = new Workers()) {
      Dataset some = DATA.first(640);
      new Trainer(n, s).train(some, some.first(16), w, new Trainer.Listener() {});
    }
    return n;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fashion-cnn",
        "fashion-mlp",
        "fashion-ds-cnn",
        "fashion-resnet8",
        "fashion-mobilenet",
        "fashion-ghost"
      })
  void floatsAgreeAndComeBack(String name) throws Exception {
    FloatNetwork n = example(name);
    byte[] model = OnnxExport.encode(n);
    FloatNetwork back = OnnxImport.decode(model, name);
    float[] x = new float[784];
    for (int i = 0; i < 4; i++) {
      DATA.reals(i, x, 0);
      float[] ours = new NetworkPass(n, 1).forward(x, 1).clone();
      float[] theirs = Ort.run(model, x, n.input());
      float[] again = new NetworkPass(back, 1).forward(x, 1);
      double largest = 0;
      for (float v : ours) {
        largest = Math.max(largest, Math.abs(v));
      }
      for (int k = 0; k < 10; k++) {
        assertEquals(ours[k], theirs[k], 1e-4 * largest, name + " in ONNX Runtime");
        assertEquals(ours[k], again[k], 1e-4 * largest, name + " read again");
      }
    }
  }

  static Stream<String> quantized() {
    Stream<String> examples = EXAMPLES.stream().flatMap(e -> Stream.of(e + " int8", e + " dfp8"));
    return Stream.concat(
        examples,
        Stream.of(
            "fashion-resnet8 dfp6",
            "fashion-cnn dfp16",
            "fashion-cnn log2:4",
            "fashion-cnn codebook:4/dfp8",
            "keyword-spotting double",
            "keyword-spotting single",
            "image-classification double"));
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void codesDifferOnlyAtTies(String what) throws Exception {
    String[] p = what.split(" ");
    QuantizedNetwork n = p[0].startsWith("fashion") ? quantized(p[0], p[1]) : conformance(p);
    List<CodeTensor> samples =
        p[0].startsWith("fashion")
            ? Stream.iterate(0, i -> i + 1).limit(4).map(i -> Samples.image(DATA, i, n)).toList()
            : random(n, 3);
    long values = 0;
    long ties = 0;
    try (Ort.Codes ort = new Ort.Codes(n)) {
      for (CodeTensor sample : samples) {
        List<CodeTensor> theirs = ort.run(reals(n, sample));
        assertEquals(sample, theirs.get(n.input()), "input codes");
        for (Operation op : n.operations()) {
          CodeTensor[] in = theirs.toArray(CodeTensor[]::new);
          CodeTensor ours = FastExecutor.kernel(n, op).apply(in);
          ExactResult exact = new ExactResult(n, op, in);
          for (int i = 0; i < ours.size(); i++) {
            values++;
            int a = ours.get(i);
            int b = theirs.get(op.output()).get(i);
            if (a != b) {
              ties++;
              exact.proveTie(i, a, b);
            }
          }
        }
      }
    }
    assertTrue(values > 1000, what + " compared " + values);
    System.out.println(what + ": " + ties + " ties in " + values + " codes");
  }

  /**
   * What QDQ export writes comes back as the same integers; dynamic fixed point if it rounds halves
   * to even as ONNX does.
   */
  @ParameterizedTest
  @ValueSource(strings = {"fashion-cnn int8", "fashion-resnet8 int8", "fashion-ghost dfp8 even"})
  void whatIsExportedIsImported(String what) {
    String[] p = what.split(" ");
    QuantizedNetwork n = quantized(p[0], what.substring(p[0].length() + 1));
    QuantizedNetwork back =
        QuantizedOnnxImport.decode(QdqExport.encode(n, false), what, RoundingPolicy.DOUBLE);
    FastExecutor a = new FastExecutor(n);
    FastExecutor b = new FastExecutor(back);
    for (int i = 0; i < 8; i++) {
      assertArrayEquals(
          a.output(Samples.image(DATA, i, n)).toArray(),
          b.output(Samples.image(DATA, i, back)).toArray(),
          what);
    }
  }

  private static QuantizedNetwork quantized(String name, String format) {
    FloatNetwork f = example(name);
    boolean even = format.endsWith(" even");
    TargetFormat any = TargetFormat.of(format.replace(" even", ""), RoundingPolicy.DOUBLE, false);
    TargetFormat t =
        even && any instanceof TargetFormat.FixedPoint x
            ? new TargetFormat.FixedPoint(
                x.bits(), Rounding.HALF_EVEN, x.overflow(), x.weights(), x.layerBits())
            : any;
    boolean int8 = t instanceof TargetFormat.Int8;
    Observation seen = Observation.of(f, DATA.first(60));
    return Converter.convert(f, seen, t, int8 ? new MinMax() : new MeanSquareError(), new MinMax());
  }

  private static QuantizedNetwork conformance(String[] p) {
    return TfliteImport.read(
        Path.of("src/test/resources/conformance/" + p[0] + "/model.tflite"),
        p[1].equals("double") ? RoundingPolicy.DOUBLE : RoundingPolicy.SINGLE);
  }

  private static List<CodeTensor> random(QuantizedNetwork n, int count) {
    SplittableRandom r = new SplittableRandom(3);
    List<CodeTensor> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] codes = r.ints(n.inputSpec().shape().size(), -128, 128).toArray();
      all.add(CodeTensor.wrap(n.inputSpec().shape(), codes));
    }
    return all;
  }

  private static float[] reals(QuantizedNetwork n, CodeTensor codes) {
    float[] x = new float[codes.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) n.inputSpec().format().toReal(codes.get(i));
    }
    return x;
  }
}
