package org.bitloom.codegen.verilog;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.simulator.plan.Descriptors;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Parameters;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Table;
import org.bitloom.simulator.plan.WeightCode;
import org.bitloom.simulator.plan.WeightStep;

/** Contents of the machine's read-only memories as {@code $readmemh} files. */
final class MemoryFiles {
  private MemoryFiles() {}

  static List<GeneratedFile> of(Plan plan, Descriptors descriptors, boolean multiply) {
    List<GeneratedFile> files = new ArrayList<>();
    files.add(descriptors(plan, descriptors));
    files.add(parameters(plan, multiply));
    if (plan.loadsWeights()) {
      files.add(outside(plan));
    } else {
      for (int s = 0; s < plan.config().slices(); s++) {
        files.add(weights(plan, s));
      }
    }
    if (plan.widths().tables() > 0) {
      files.add(tables(plan));
    }
    return files;
  }

  private static GeneratedFile descriptors(Plan plan, Descriptors d) {
    StringBuilder b = new StringBuilder();
    plan.steps().forEach(s -> line(b, d.word(s), d.bits()));
    return new GeneratedFile("mem/descriptors.hex", b.toString());
  }

  private static GeneratedFile tables(Plan plan) {
    int bits = plan.widths().activation();
    int first = -(1 << (bits - 1));
    BigInteger[] words = new BigInteger[plan.widths().tables() << bits];
    for (LayerStep l : plan.layers()) {
      Table t = l.post().table();
      for (int i = 0; t != null && i < 1 << bits; i++) {
        words[(t.index() << bits) + i] =
            BigInteger.valueOf(t.apply(first + i) & ((1L << bits) - 1));
      }
    }
    StringBuilder b = new StringBuilder();
    for (BigInteger w : words) {
      line(b, w, bits);
    }
    return new GeneratedFile("mem/tables.hex", b.toString());
  }

  private static GeneratedFile parameters(Plan plan, boolean multiply) {
    StringBuilder b = new StringBuilder();
    int channelBits = Parameters.requantBits(multiply) + plan.widths().accumulator();
    int s = plan.config().codesPerBeat();
    int words = 0;
    for (LayerStep l : plan.layers()) {
      for (int beat = 0; beat < l.pixelBeats(); beat++, words++) {
        BigInteger word = BigInteger.ZERO;
        for (int j = 0; j < s; j++) {
          BigInteger p = Parameters.channel(l, beat * s + j, plan.widths().accumulator());
          word = word.or(p.shiftLeft(j * channelBits));
        }
        line(b, word, channelBits * s);
      }
    }
    pad(b, words, plan.widths().paramWords(), channelBits * s);
    return new GeneratedFile("mem/params.hex", b.toString());
  }

  private static GeneratedFile weights(Plan plan, int slice) {
    StringBuilder b = new StringBuilder();
    int bits = plan.widths().weightCode().bits() * plan.config().lanes();
    int words = 0;
    for (LayerStep l : plan.layers()) {
      for (int w = 0; w < l.weightWords(); w++, words++) {
        line(b, word(plan, l, slice, w), bits);
      }
    }
    pad(b, words, plan.widths().weightWords(), bits);
    return new GeneratedFile("mem/weights_" + slice + ".hex", b.toString());
  }

  /** A slice's word of a layer, lane 0 in the low bits. */
  private static BigInteger word(Plan plan, LayerStep l, int slice, int w) {
    WeightCode code = plan.widths().weightCode();
    WeightCode.Encoder encoder = code.encoder(l);
    BigInteger word = BigInteger.ZERO;
    for (int f = plan.config().lanes() - 1; f >= 0; f--) {
      long stored = encoder.code(l.weight(slice, w, f));
      word = word.shiftLeft(code.bits()).or(BigInteger.valueOf(stored));
    }
    return word;
  }

  /** The outside memory, a beat a line: each load from a page on. */
  private static GeneratedFile outside(Plan plan) {
    StringBuilder b = new StringBuilder();
    int bits = plan.config().weightBus().bits();
    BigInteger mask = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
    for (WeightStep load : plan.weightLoads()) {
      for (LayerStep l : plan.loadedBy(load)) {
        for (int w = 0; w < l.weightWords(); w++) {
          for (int s = 0; s < plan.config().slices(); s++) {
            BigInteger word = word(plan, l, s, w);
            for (int i = 0; i < load.wordBeats(); i++) {
              line(b, word.shiftRight(i * bits).and(mask), bits);
            }
          }
        }
      }
      pad(b, load.beats(), (int) (load.bytes() * 8 / bits), bits);
    }
    return new GeneratedFile("mem/weights.hex", b.toString());
  }

  private static void pad(StringBuilder b, int from, int to, int bits) {
    for (int i = from; i < to; i++) {
      line(b, BigInteger.ZERO, bits);
    }
  }

  private static void line(StringBuilder b, BigInteger word, int bits) {
    String hex = word.toString(16);
    b.repeat('0', Math.ceilDiv(bits, 4) - hex.length()).append(hex).append('\n');
  }
}
