package org.bitloom.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.tests.benchmark.SimulationSpeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Integers and cycles of ResNet-8 at least 50 times as fast as the Verilated hardware. */
@Isolated
class SimulationSpeedTest {
  private static final String NAME = "image-classification";
  @TempDir Path dir;

  @Test
  void simulationIsFast() throws IOException {
    QuantizedNetwork n = PublicNetworksTest.network(NAME, RoundingPolicy.DOUBLE);
    SimulationSpeed speed = SimulationSpeed.measure(n, PublicNetworksTest.inputs(NAME, n), dir);
    System.out.println("simulation against Verilated hardware: " + speed + ", " + speed.ratio());
    assertTrue(speed.ratio() >= 50, speed + " is only " + speed.ratio());
  }
}
