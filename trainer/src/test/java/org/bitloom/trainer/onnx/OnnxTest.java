package org.bitloom.trainer.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Parameter;
import org.junit.jupiter.api.Test;

class OnnxTest {
  private static final String YAML =
      """
      name: chain
      epochs: 1
      optimizer: {type: adam, rate: 0.001}
      layers:
        - {type: conv, filters: 3, kernel: 3, padding: same, stride: 2}
        - {type: relu}
        - {type: average_pool, size: 2}
        - {type: hard_swish}
        - {type: conv, filters: 5, kernel: 2, padding: same}
        - {type: leaky_relu, alpha: 0.2}
        - {type: relu6}
        - {type: depthwise, kernel: 3, padding: same}
        - {type: conv, filters: 10, kernel: 1, groups: 5}
        - {type: max_pool, size: 2, stride: 1}
        - {type: flatten}
        - {type: dense, units: 6}
        - {type: tanh}
        - {type: hard_sigmoid}
        - {type: dense, units: 4}
        - {type: sigmoid}
      """;

  private static FloatNetwork network() {
    FloatNetwork n = TrainingConfig.parse(YAML, "t").network(Shape.of(12, 10, 2), "t");
    SplittableRandom r = new SplittableRandom(2);
    for (Parameter p : n.parameters()) {
      for (int i = 0; i < p.values().length; i++) {
        p.values()[i] = (float) r.nextGaussian();
      }
    }
    return n;
  }

  @Test
  void anExportedNetworkComputesTheSameAfterImport() {
    FloatNetwork n = network();
    FloatNetwork back = OnnxImport.decode(OnnxExport.encode(n), "t.onnx");
    float[] x = new float[n.input().size()];
    SplittableRandom r = new SplittableRandom(3);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) r.nextGaussian();
    }
    float[] a = new NetworkPass(n, 1).forward(x, 1);
    float[] b = new NetworkPass(back, 1).forward(x, 1);
    assertArrayEquals(Arrays.copyOf(a, 4), Arrays.copyOf(b, 4));
  }

  @Test
  void damagedFilesAreRefusedWithOneLine() {
    byte[] good = OnnxExport.encode(network());
    SplittableRandom r = new SplittableRandom(4);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] bad = r.nextInt(3) == 0 ? Arrays.copyOf(good, r.nextInt(good.length)) : good.clone();
      for (int j = 0; j < 3 && bad.length > 0; j++) {
        bad[r.nextInt(Math.min(bad.length, r.nextBoolean() ? 400 : bad.length))] ^=
            (byte) (1 << r.nextInt(8));
      }
      try {
        OnnxImport.decode(bad, "bad.onnx");
      } catch (BadInputException e) {
        refused++;
        assertFalse(e.getMessage().contains("\n"));
      }
    }
    assertTrue(refused > 500, refused + " refused");
  }
}
