package org.bitloom.simulator.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** First-fit placement of tensors that live over ranges of steps. */
final class MemoryMap {
  private record Block(long from, long size, int born, int dies) {
    boolean meets(int otherBorn, int otherDies) {
      return born <= otherDies && otherBorn <= dies;
    }
  }

  private final List<Block> blocks = new ArrayList<>();
  private long used;

  /**
   * Places {@code size} words that live from step {@code born} to step {@code dies}, both included.
   */
  long place(long size, int born, int dies) {
    long at = 0;
    List<Block> near =
        blocks.stream()
            .filter(b -> b.meets(born, dies))
            .sorted(Comparator.comparingLong(Block::from))
            .toList();
    for (Block b : near) {
      if (b.from - at >= size) {
        break;
      }
      at = Math.max(at, b.from + b.size);
    }
    blocks.add(new Block(at, size, born, dies));
    used = Math.max(used, at + size);
    return at;
  }

  /** Words in use at the fullest. */
  long used() {
    return used;
  }
}
