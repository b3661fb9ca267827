package org.bitloom.simulator.plan;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bitloom.fixedpoint.format.CodeBook;
import org.bitloom.fixedpoint.format.LogFormat;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.WeightedOperation;

/**
 * How the weight memories hold weights. Logarithmic weights are kept as sign and exponent and the
 * lanes shift; code-book weights as indices and the lanes look them up; everything else, and
 * mixtures, as the integers they stand for.
 *
 * @param kind which of them
 * @param bits of a stored weight
 * @param entries integers of a layer's book, 0 unless books are used
 */
public record WeightCode(Kind kind, int bits, int entries) {
  /** Largest book the lanes look up. */
  private static final int LARGEST_BOOK = 32;

  /** What is stored. */
  public enum Kind {
    /** Two's complement; lanes multiply. */
    INTEGER,
    /** Sign and exponent + 1, or 0; lanes shift. */
    POWER,
    /** Index into the layer's book; lanes look up, then multiply. */
    BOOK
  }

  /** For a network's passes. */
  static WeightCode of(QuantizedNetwork network, List<LayerStep> layers, int integerBits) {
    List<WeightFormat> formats =
        network.operations().stream()
            .filter(WeightedOperation.class::isInstance)
            .map(o -> ((WeightedOperation) o).weightFormat())
            .toList();
    if (!formats.isEmpty() && formats.stream().allMatch(LogFormat.class::isInstance)) {
      int bits = formats.stream().mapToInt(WeightFormat::bits).max().orElseThrow();
      return new WeightCode(Kind.POWER, bits, 0);
    }
    if (!formats.isEmpty() && formats.stream().allMatch(CodeBook.class::isInstance)) {
      int entries = layers.stream().mapToInt(l -> book(l).size()).max().orElseThrow();
      if (entries <= LARGEST_BOOK) {
        return new WeightCode(Kind.BOOK, Bits.forIndex(entries), entries);
      }
    }
    return new WeightCode(Kind.INTEGER, integerBits, 0);
  }

  /** The distinct weights of a layer, 0 first. */
  private static List<Integer> book(LayerStep l) {
    TreeSet<Integer> distinct = new TreeSet<>();
    for (int w : l.weights().toArray()) {
      distinct.add(w);
    }
    distinct.remove(0);
    List<Integer> book = new ArrayList<>(List.of(0));
    book.addAll(distinct);
    return book;
  }

  /** A layer's weights as stored: the bits for each of its integers, in the order asked for. */
  public Encoder encoder(LayerStep l) {
    return switch (kind) {
      case INTEGER -> w -> w & ((1L << bits) - 1);
      case POWER ->
          w -> w == 0 ? 0 : (w < 0 ? 1L << (bits - 1) : 0) | Integer.numberOfTrailingZeros(w) + 1;
      case BOOK -> {
        List<Integer> book = book(l);
        yield w -> book.indexOf(w);
      }
    };
  }

  /** From an integer to what is stored. */
  public interface Encoder {
    /** The stored bits of a weight. */
    long code(int weight);
  }

  /** A layer's book as the lanes read it, entry 0 in the low bits. */
  BigInteger bookWord(LayerStep l, int integerBits) {
    BigInteger word = BigInteger.ZERO;
    List<Integer> book = book(l);
    for (int i = book.size() - 1; i >= 0; i--) {
      long entry = book.get(i) & ((1L << integerBits) - 1);
      word = word.shiftLeft(integerBits).or(BigInteger.valueOf(entry));
    }
    return word;
  }
}
