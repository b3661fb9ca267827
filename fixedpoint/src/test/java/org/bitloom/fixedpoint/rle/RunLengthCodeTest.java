package org.bitloom.fixedpoint.rle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RunLengthCodeTest {

  @Provide
  Arbitrary<int[]> pixels() {
    Arbitrary<Integer> sparse =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(5, Arbitraries.just(-3)),
            net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(-8, 8)));
    return sparse.array(int[].class).ofMinSize(1).ofMaxSize(80);
  }

  @Property(tries = 3000)
  void decodingGivesBackWhatWasEncoded(
      @ForAll("pixels") int[] pixel, @ForAll @IntRange(min = 1, max = 8) int runBits) {
    RunLengthCode code = new RunLengthCode(runBits, -3);
    List<Token> tokens = code.encode(pixel);
    assertArrayEquals(pixel, code.decode(tokens, pixel.length));
    assertEquals(tokens.size(), code.count(pixel, 0, 1, pixel.length));
    tokens.forEach(t -> assertEquals(t.run(), Math.min(t.run(), code.maxRun())));
  }

  @Test
  void oneTokenEndsAPixelOfZeros() {
    assertEquals(List.of(new Token(true, 0, 0)), new RunLengthCode(4, 0).encode(new int[5]));
  }

  @Test
  void trailingZerosAreImplied() {
    assertEquals(
        List.of(new Token(true, 1, 7)), new RunLengthCode(4, 0).encode(new int[] {0, 7, 0, 0}));
  }

  @Test
  void aLongRunIsSplitByAZero() {
    assertEquals(
        List.of(new Token(false, 1, 0), new Token(true, 0, 9)),
        new RunLengthCode(1, 0).encode(new int[] {0, 0, 9}));
  }

  @Test
  void brokenStreamsAreRefused() {
    RunLengthCode code = new RunLengthCode(4, 0);
    assertThrows(
        IllegalArgumentException.class, () -> code.decode(List.of(new Token(false, 0, 1)), 4));
    assertThrows(
        IllegalArgumentException.class, () -> code.decode(List.of(new Token(true, 4, 1)), 4));
  }
}
