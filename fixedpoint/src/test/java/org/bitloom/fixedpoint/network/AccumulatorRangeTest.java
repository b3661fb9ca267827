package org.bitloom.fixedpoint.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bitloom.fixedpoint.execute.Networks;
import org.bitloom.fixedpoint.format.Overflow;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.Rounding;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.Test;

class AccumulatorRangeTest {

  @Test
  void followsFromTheWeights() {
    QuantizedNetwork n = Networks.byHand();
    // q - z from -127 to 128, weights sum to 10, bias 10
    AccumulatorRange r =
        AccumulatorRange.of((WeightedOperation) n.operations().getFirst(), n.inputSpec().format());
    assertEquals(new AccumulatorRange(-1270, 1290), r);
    assertEquals(12, r.bits());
  }

  @Test
  void countsTheBitsOfBothEnds() {
    assertEquals(1, new AccumulatorRange(0, 0).bits());
    assertEquals(1, new AccumulatorRange(-1, 0).bits());
    assertEquals(8, new AccumulatorRange(-128, 127).bits());
    assertEquals(9, new AccumulatorRange(-129, 0).bits());
    assertEquals(9, new AccumulatorRange(0, 128).bits());
  }

  @Test
  void aNetworkThatCouldOverflowIsRefusedWithLayerAndBound() {
    QFormat q = new QFormat(16, 0);
    int n = 140_000;
    int[] w = new int[n];
    java.util.Arrays.fill(w, 32767);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new QuantizedNetwork(
                    "wide",
                    List.of(
                        new TensorSpec("x", Shape.of(1, 1, n), q),
                        new TensorSpec("y", Shape.of(1, 1, 1), q)),
                    0,
                    1,
                    List.of(
                        new Dense(
                            "fc",
                            0,
                            1,
                            CodeTensor.of(Shape.of(1, n), w),
                            q,
                            CodeTensor.vector(0),
                            new ShiftRequantization(0, 16, Rounding.FLOOR, Overflow.SATURATE),
                            Clamp.full(q)))));
    assertTrue(
        e.getMessage().contains("fc") && e.getMessage().contains("150319267840000"),
        e.getMessage());
  }
}
