package org.bitloom.trainer.layer;

/** Adding a bias to every pixel, and the sum of all pixels. */
final class Bias {
  private Bias() {}

  static void add(float[] b, float[] y, int pixels) {
    Kernels.BEST.bias(b, y, pixels);
  }

  static void sum(float[] dy, int pixels, float[] db) {
    float[] squares = new float[db.length];
    Kernels.BEST.sums(dy, dy, 0, pixels, db, squares);
  }
}
