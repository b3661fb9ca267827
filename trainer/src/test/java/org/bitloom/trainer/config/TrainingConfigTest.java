package org.bitloom.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.Shape;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {

  private static String refusal(String yaml) {
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> {
              TrainingConfig c = TrainingConfig.parse(yaml, "c.yaml");
              c.settings("c.yaml");
              c.network(Shape.of(8, 8, 1), "c.yaml");
            });
    return e.getMessage();
  }

  @Test
  void mistakesAreNamedWithTheirPlace() {
    String good = "epochs: 1\noptimizer: {type: adam, rate: 0.1}\n";
    assertTrue(refusal(good + "epoch: 3\n").contains("did you mean epochs?"));
    assertTrue(refusal(good + "layers: [{type: conw, filters: 1, kernel: 1}]\n").contains("conw"));
    assertTrue(
        refusal(good + "layers: [{type: conv, filters: 1, kernel: 9}]\n").contains("layers[0]"));
    assertTrue(refusal(good + "layers: [{type: conv, kernel: 1}]\n").contains("filters"));
    assertTrue(refusal(good).contains("no layers"));
    assertTrue(refusal("epochs: 0\noptimizer: {type: adam, rate: 0.1}\n").contains("epochs"));
    assertTrue(refusal("epochs: 1\n").contains("optimizer"));
    assertTrue(refusal(good + "schedule: linear\n").contains("schedule is linear"));
    assertTrue(refusal(good + "schedule: {type: step, every: 2}\n").contains("needs by"));
    assertTrue(refusal(good + "schedule: {typ: step}\n").contains("typ"));
    assertTrue(refusal(good + "loss: hinge\n").contains("cross_entropy or mse"));
    assertTrue(refusal(good + "initialization: ones\n").contains("xavier_normal"));
    assertTrue(refusal(good + "patience: 2\n").contains("validation: 0.1"));
    assertTrue(refusal(good + "regularization: {l3: 1}\n").contains("l1, l2"));
  }

  @Test
  void namesAreMadeWhereNoneIsGiven() {
    TrainingConfig c =
        TrainingConfig.parse(
            "epochs: 1\noptimizer: {type: sgd, rate: 0.1}\nlayers: [{type: dense, units: 3}]\n",
            "c");
    assertEquals("dense0", c.network(Shape.of(2, 2, 1), "c").layers().getFirst().name());
  }
}
