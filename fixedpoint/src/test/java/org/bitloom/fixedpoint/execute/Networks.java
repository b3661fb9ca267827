package org.bitloom.fixedpoint.execute;

import java.util.List;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.network.Clamp;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.TensorSpec;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/** A network small enough to compute by hand. */
public final class Networks {
  private Networks() {}

  /**
   * A 2x2 convolution of one channel on a 2x3 map, weights 1 2 3 4, bias 10, multiplier one half.
   */
  public static QuantizedNetwork byHand() {
    AffineFormat in = new AffineFormat(8, 1f, -1);
    AffineFormat out = new AffineFormat(8, 2f, 5);
    ChannelScales w = new ChannelScales(8, List.of(1f));
    return new QuantizedNetwork(
        "by hand",
        List.of(
            new TensorSpec("x", Shape.of(2, 3, 1), in),
            new TensorSpec("y", Shape.of(1, 2, 1), out)),
        0,
        1,
        List.of(
            new Conv2d(
                "conv",
                0,
                1,
                Window.valid(2, 2, 1, 1),
                1,
                CodeTensor.of(Shape.of(1, 2, 2, 1), 1, 2, 3, 4),
                w,
                CodeTensor.vector(10),
                MultiplierRequantization.of(RoundingPolicy.DOUBLE, in, w, out, false),
                Clamp.full(out))));
  }
}
