package org.bitloom.tests.benchmark;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bitloom.fixedpoint.calibrate.MinMax;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.execute.ReferenceExecutor;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.convert.Converter;
import org.bitloom.trainer.convert.Observation;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.layer.FloatNetwork;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One inference of the example CNN in int8 on one thread: reference, fast executor, ONNX Runtime.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ExecutorBenchmark {
  private static final String CNN =
      """
      epochs: 1
      optimizer: {type: adam, rate: 0.001}
      layers:
        - {type: conv, filters: 16, kernel: 3, padding: same}
        - {type: relu}
        - {type: max_pool, size: 2}
        - {type: conv, filters: 32, kernel: 3, padding: same}
        - {type: relu}
        - {type: max_pool, size: 2}
        - {type: flatten}
        - {type: dense, units: 10}
      """;
  private static final int IMAGES = 32;

  private QuantizedNetwork network;
  private ReferenceExecutor reference;
  private FastExecutor fast;
  private OrtEnvironment environment;
  private OrtSession session;
  private final CodeTensor[] images = new CodeTensor[IMAGES];
  private int next;

  /** Builds the three. */
  @Setup
  public void prepare() throws OrtException {
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TEST).first(100);
    FloatNetwork real = TrainingConfig.parse(CNN, "cnn").network(data.shape(), "cnn");
    real.initialise(new SplittableRandom(1));
    network =
        Converter.convert(
            real,
            Observation.of(real, data),
            TargetFormat.of("int8", RoundingPolicy.SINGLE, false),
            new MinMax(),
            new MinMax());
    reference = new ReferenceExecutor(network);
    fast = new FastExecutor(network);
    for (int i = 0; i < IMAGES; i++) {
      float[] x = new float[data.shape().size()];
      data.reals(i, x, 0);
      int[] codes = new int[x.length];
      for (int j = 0; j < codes.length; j++) {
        codes[j] = network.inputSpec().format().toCode(x[j], Rounding.HALF_AWAY);
      }
      images[i] = CodeTensor.wrap(network.inputSpec().shape(), codes);
    }
    environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    session = environment.createSession(QdqModel.encode(network), options);
  }

  /** The image of the next call. */
  CodeTensor image() {
    next = (next + 1) % IMAGES;
    return images[next];
  }

  /** The definition. */
  @Benchmark
  public CodeTensor reference() {
    return reference.output(image());
  }

  /** What commands use. */
  @Benchmark
  public CodeTensor fast() {
    return fast.output(image());
  }

  /** ONNX Runtime's int8 kernels. */
  @Benchmark
  public byte[] onnxRuntime() throws OrtException {
    return onnxRuntime(image());
  }

  /** Codes of an image by ONNX Runtime; one channel, so NHWC is NCHW. */
  byte[] onnxRuntime(CodeTensor image) throws OrtException {
    ByteBuffer b = ByteBuffer.allocateDirect(image.size());
    for (int i = 0; i < image.size(); i++) {
      b.put((byte) image.get(i));
    }
    try (OnnxTensor x =
            OnnxTensor.createTensor(
                environment, b.flip(), new long[] {1, 1, 28, 28}, OnnxJavaType.INT8);
        OrtSession.Result y = session.run(Map.of("x", x))) {
      return ((byte[][]) y.get(0).getValue())[0];
    }
  }

  /** Codes of an image by the fast executor. */
  CodeTensor fast(CodeTensor image) {
    return fast.output(image);
  }
}
