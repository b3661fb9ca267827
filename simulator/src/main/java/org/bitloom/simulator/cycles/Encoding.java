package org.bitloom.simulator.cycles;

import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * Size of a feature map under four codes, bits.
 *
 * @param density share of codes that are not zero
 * @param dense every code
 * @param rle run-length coded as in the machine
 * @param bitmask a bit for each code and the non-zero codes
 * @param entropy codes times the empirical entropy of their distribution
 */
public record Encoding(double density, long dense, long rle, long bitmask, long entropy) {

  /** Of a step without a feature map. */
  static final Encoding NONE = new Encoding(0, 0, 0, 0, 0);

  static Encoding of(CodeTensor t, int bits, int runBits, TokenCounts counts) {
    int[] histogram = new int[1 << bits];
    for (int i = 0; i < t.size(); i++) {
      histogram[t.get(i) + (1 << (bits - 1))]++;
    }
    double entropy = 0;
    for (int n : histogram) {
      entropy += n == 0 ? 0 : n * Math.log((double) t.size() / n) / Math.log(2);
    }
    long nonzero = counts.totalNonzero();
    return new Encoding(
        (double) nonzero / t.size(),
        (long) t.size() * bits,
        counts.total() * (1 + runBits + bits),
        t.size() + nonzero * bits,
        (long) Math.ceil(entropy));
  }
}
