package org.bitloom.tests.pytorch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import java.util.List;
import java.util.SplittableRandom;
import org.bitloom.trainer.data.Dataset;

/** The same three networks for both engines. */
final class PytorchNetworks {
  private PytorchNetworks() {}

  static Shape input(String network, int batch) {
    return switch (network) {
      case "cnn" -> new Shape(batch, 1, 28, 28);
      case "resnet8" -> new Shape(batch, 3, 32, 32);
      default -> new Shape(batch, 1, 49, 10);
    };
  }

  static Dataset random(String network, int n) {
    Shape s = input(network, n);
    SplittableRandom r = new SplittableRandom(1);
    byte[] pixels = new byte[(int) s.size()];
    r.nextBytes(pixels);
    org.bitloom.fixedpoint.tensor.Shape shape =
        org.bitloom.fixedpoint.tensor.Shape.of((int) s.get(2), (int) s.get(3), (int) s.get(1));
    return Dataset.ofBytes("random", shape, pixels, r.ints(n, 0, 10).toArray(), 10);
  }

  static String yaml(String network) {
    String head = "epochs: 1\noptimizer: {type: sgd, rate: 0.01, momentum: 0.9}\nlayers:\n";
    String norm = ", padding: same, batch_norm: true";
    return head
        + switch (network) {
          case "cnn" ->
              """
                - {type: conv, filters: 16, kernel: 3, padding: same}
                - {type: relu}
                - {type: max_pool, size: 2}
                - {type: conv, filters: 32, kernel: 3, padding: same}
                - {type: relu}
                - {type: max_pool, size: 2}
                - {type: dense, units: 10}
              """;
          case "resnet8" ->
              """
                - {name: b0, type: conv, filters: 16, kernel: 3, activation: relu NORM}
                - {name: a1, type: conv, filters: 16, kernel: 3, activation: relu NORM}
                - {name: c1, type: conv, filters: 16, kernel: 3 NORM}
                - {name: s1, type: add, inputs: [c1, b0]}
                - {name: b1, type: relu}
                - {name: a2, type: conv, filters: 32, kernel: 3, stride: 2, activation: relu NORM}
                - {name: c2, type: conv, filters: 32, kernel: 3 NORM}
                - {name: h2, type: conv, filters: 32, kernel: 1, stride: 2, inputs: [b1]}
                - {name: s2, type: add, inputs: [c2, h2]}
                - {name: b2, type: relu}
                - {name: a3, type: conv, filters: 64, kernel: 3, stride: 2, activation: relu NORM}
                - {name: c3, type: conv, filters: 64, kernel: 3 NORM}
                - {name: h3, type: conv, filters: 64, kernel: 1, stride: 2, inputs: [b2]}
                - {name: s3, type: add, inputs: [c3, h3]}
                - {name: b3, type: relu}
                - {type: global_average_pool}
                - {type: dense, units: 10}
              """
                  .replace(" NORM", norm);
          default ->
              "  - {type: conv, filters: 64, kernel: [10, 4], stride: 2, activation: relu"
                  + norm
                  + "}\n"
                  + ("  - {type: depthwise, kernel: 3, activation: relu"
                          + norm
                          + "}\n  - {type: pointwise, filters: 64, batch_norm: true, activation: relu}\n")
                      .repeat(4)
                  + "  - {type: global_average_pool}\n  - {type: dense, units: 12}\n";
        };
  }

  private static Block conv(int filters, int kh, int kw, int stride, int ph, int pw, int groups) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(kh, kw))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(ph, pw))
        .optGroups(groups)
        .build();
  }

  private static SequentialBlock with(Block conv, boolean norm, boolean relu) {
    SequentialBlock b = new SequentialBlock().add(conv);
    if (norm) {
      b.add(BatchNorm.builder().build());
    }
    return relu ? b.add(Activation.reluBlock()) : b;
  }

  private static Block residual(int filters, int stride) {
    SequentialBlock main =
        new SequentialBlock()
            .add(with(conv(filters, 3, 3, stride, 1, 1, 1), true, true))
            .add(with(conv(filters, 3, 3, 1, 1, 1, 1), true, false));
    Block shortcut = stride == 1 ? Blocks.identityBlock() : conv(filters, 1, 1, stride, 0, 0, 1);
    return new SequentialBlock()
        .add(
            new ParallelBlock(
                l ->
                    new NDList(
                        l.get(0).singletonOrThrow().add(l.get(1).singletonOrThrow())),
                List.of(main, shortcut)))
        .add(Activation.reluBlock());
  }

  static Block block(String network) {
    SequentialBlock b = new SequentialBlock();
    Shape two = new Shape(2, 2);
    switch (network) {
      case "cnn" -> {
        b.add(with(conv(16, 3, 3, 1, 1, 1, 1), false, true)).add(Pool.maxPool2dBlock(two, two));
        b.add(with(conv(32, 3, 3, 1, 1, 1, 1), false, true)).add(Pool.maxPool2dBlock(two, two));
      }
      case "resnet8" -> {
        b.add(with(conv(16, 3, 3, 1, 1, 1, 1), true, true));
        b.add(residual(16, 1)).add(residual(32, 2)).add(residual(64, 2));
        b.add(Pool.globalAvgPool2dBlock());
      }
      default -> {
        b.add(with(conv(64, 10, 4, 2, 5, 1, 1), true, true));
        for (int i = 0; i < 4; i++) {
          b.add(with(conv(64, 3, 3, 1, 1, 1, 64), true, true));
          b.add(with(conv(64, 1, 1, 1, 0, 0, 1), true, true));
        }
        b.add(Pool.globalAvgPool2dBlock());
      }
    }
    b.add(Blocks.batchFlattenBlock());
    return b.add(Linear.builder().setUnits(network.equals("ds-cnn") ? 12 : 10).build());
  }
}
