package org.bitloom.fixedpoint.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.Test;

class ReferenceExecutorTest {

  /**
   * q - z is 1 2 3 / 4 5 6: sums 1+4+12+20+10 = 47 and 2+6+15+24+10 = 57; halves 23.5 and 28.5
   * round up; plus 5.
   */
  @Test
  void computesAConvolutionAsByHand() {
    CodeTensor x = CodeTensor.of(Shape.of(2, 3, 1), 0, 1, 2, 3, 4, 5);
    CodeTensor expected = CodeTensor.of(Shape.of(1, 2, 1), 29, 34);
    assertEquals(expected, new ReferenceExecutor(Networks.byHand()).output(x));
    assertEquals(expected, new FastExecutor(Networks.byHand()).output(x));
  }

  @Test
  void refusesInputsOutsideTheFormat() {
    ReferenceExecutor e = new ReferenceExecutor(Networks.byHand());
    assertThrows(
        IllegalArgumentException.class,
        () -> e.run(CodeTensor.of(Shape.of(2, 3, 1), 0, 0, 0, 0, 0, 128)));
    assertThrows(
        IllegalArgumentException.class,
        () -> e.run(CodeTensor.of(Shape.of(3, 2, 1), 0, 0, 0, 0, 0, 0)));
  }
}
