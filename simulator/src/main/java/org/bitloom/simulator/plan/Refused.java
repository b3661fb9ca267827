package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.network.Operation;

/** Collects everything about a network that the machine cannot do, and refuses it all at once. */
final class Refused {
  private final String network;
  private final List<String> reasons = new ArrayList<>();

  Refused(String network) {
    this.network = network;
  }

  void add(Operation op, String reason, String mend) {
    reasons.add("layer " + op.name() + " (" + op.kind() + ") " + reason + ", " + mend);
  }

  void throwIfAny() {
    if (!reasons.isEmpty()) {
      throw new BadInputException(
          network, String.join("; ", reasons), "or run it without an accelerator: bitloom run");
    }
  }
}
