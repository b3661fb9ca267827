package org.bitloom.fixedpoint.rle;

import java.util.ArrayList;
import java.util.List;

/**
 * The canonical run-length code of one pixel of one slice. A zero that would make a run longer than
 * {@code 2^runBits - 1} becomes a token whose value is zero; trailing zeros are implied by {@code
 * last}; a pixel of zeros is the single token {@code (last, 0, zero)}.
 *
 * @param runBits width of the run field, 1 to 16
 * @param zero the code that counts as zero
 */
public record RunLengthCode(int runBits, int zero) {

  /** Checks the width. */
  public RunLengthCode {
    if (runBits < 1 || runBits > 16) {
      throw new IllegalArgumentException("run field of " + runBits + " bits is outside 1..16");
    }
  }

  /** Longest run one token can hold. */
  public int maxRun() {
    return (1 << runBits) - 1;
  }

  /** The tokens of a pixel's codes, at least one. */
  public List<Token> encode(int[] pixel) {
    List<Token> tokens = new ArrayList<>();
    int run = 0;
    for (int i = 0; i < pixel.length; i++) {
      boolean end = i == pixel.length - 1;
      if (pixel[i] != zero) {
        tokens.add(new Token(end, run, pixel[i]));
        run = 0;
      } else if (!end && run == maxRun()) {
        tokens.add(new Token(false, run, zero));
        run = 0;
      } else if (!end) {
        run++;
      } else if (tokens.isEmpty()) {
        tokens.add(new Token(true, 0, zero));
      } else {
        Token t = tokens.removeLast();
        tokens.add(new Token(true, t.run(), t.value()));
      }
    }
    return tokens;
  }

  /**
   * Number of tokens {@link #encode} gives for {@code length} codes from {@code from} on, {@code
   * step} apart.
   */
  public int count(int[] codes, int from, int step, int length) {
    int tokens = 0;
    int run = 0;
    for (int i = 0; i < length; i++) {
      if (codes[from + i * step] != zero) {
        tokens++;
        run = 0;
      } else if (i < length - 1) {
        if (run == maxRun()) {
          tokens++;
          run = 0;
        } else {
          run++;
        }
      }
    }
    return Math.max(tokens, 1);
  }

  /**
   * The {@code length} codes of a pixel from its tokens.
   *
   * @throws IllegalArgumentException if the tokens do not describe exactly one pixel of that length
   */
  public int[] decode(List<Token> tokens, int length) {
    int[] pixel = new int[length];
    java.util.Arrays.fill(pixel, zero);
    int at = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token t = tokens.get(i);
      if (t.last() != (i == tokens.size() - 1)) {
        throw new IllegalArgumentException(
            "token " + i + " of " + tokens.size() + " has last = " + t.last());
      }
      at += t.run();
      if (at >= length) {
        throw new IllegalArgumentException(
            "token " + i + " lies at " + at + " of a pixel of " + length);
      }
      pixel[at++] = t.value();
    }
    return pixel;
  }
}
