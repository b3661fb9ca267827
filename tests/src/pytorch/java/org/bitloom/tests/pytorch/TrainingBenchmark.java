package org.bitloom.tests.pytorch;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.train.Schedule;
import org.bitloom.trainer.train.Sgd;
import org.bitloom.trainer.train.StepTimer;
import org.bitloom.trainer.train.TrainingSettings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Images a second while training, batch 64, SGD with momentum, both engines on all cores: this
 * trainer and PyTorch's CPU engine through DJL, on the same three networks, images drawn at random.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-XX:+UseParallelGC",
      "-Xmx4g"
    })
public class TrainingBenchmark {
  private static final int BATCH = 64;

  /** Network: the small CNN, ResNet-8, DS-CNN. */
  @Param({"cnn", "resnet8", "ds-cnn"})
  String network;

  /** Who trains. */
  @Param({"bitloom", "pytorch"})
  String engine;

  private Runnable step;
  private AutoCloseable resources;

  /** Builds the network in its engine. */
  @Setup(Level.Trial)
  public void setUp() {
    if (engine.equals("bitloom")) {
      ours();
    } else {
      theirs();
    }
  }

  /** Frees native memory. */
  @TearDown(Level.Trial)
  public void tearDown() throws Exception {
    resources.close();
  }

  private void ours() {
    Dataset data = PytorchNetworks.random(network, BATCH * 4);
    FloatNetwork n =
        TrainingConfig.parse(PytorchNetworks.yaml(network), network)
            .network(data.shape(), network);
    TrainingSettings s =
        new TrainingSettings(1, 1, BATCH, new Sgd(0.9), 0.01, new Schedule.Constant());
    StepTimer t = new StepTimer(n, s, data);
    step = t::step;
    resources = t;
  }

  private void theirs() {
    Model model = Model.newInstance("benchmark", "PyTorch");
    model.setBlock(PytorchNetworks.block(network));
    ai.djl.training.Trainer t =
        model.newTrainer(
            new DefaultTrainingConfig(ai.djl.training.loss.Loss.softmaxCrossEntropyLoss())
                .optOptimizer(
                    Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(0.01f))
                        .optMomentum(0.9f)
                        .build()));
    t.initialize(PytorchNetworks.input(network, BATCH));
    NDManager m = t.getManager();
    NDArray x = m.randomUniform(0, 1, PytorchNetworks.input(network, BATCH));
    SplittableRandom r = new SplittableRandom(1);
    NDArray y = m.create(r.longs(BATCH, 0, 10).toArray());
    resources =
        () -> {
          t.close();
          model.close();
        };
    step =
        () -> {
          try (NDManager batch = m.newSubManager(); // frees what the step leaves, as DJL's loop does
              GradientCollector g = t.newGradientCollector()) {
            NDArray images = x.duplicate();
            images.attach(batch);
            NDArray labels = y.duplicate();
            labels.attach(batch);
            NDArray l = t.getLoss().evaluate(new NDList(labels), t.forward(new NDList(images)));
            g.backward(l);
            l.toFloatArray(); // waits for the result
          }
          t.step();
        };
  }

  /** One step on a batch. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void step() {
    step.run();
  }
}
