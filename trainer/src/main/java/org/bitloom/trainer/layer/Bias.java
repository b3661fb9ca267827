package org.bitloom.trainer.layer;

/** Adding a bias to every pixel, and the sum of all pixels. */
final class Bias {
  private Bias() {}

  static void add(float[] b, float[] y, int pixels) {
    int k = b.length;
    for (int p = 0; p < pixels; p++) {
      int at = p * k;
      for (int i = 0; i < k; i++) {
        y[at + i] += b[i];
      }
    }
  }

  static void sum(float[] dy, int pixels, float[] db) {
    int k = db.length;
    for (int p = 0; p < pixels; p++) {
      int at = p * k;
      for (int i = 0; i < k; i++) {
        db[i] += dy[at + i];
      }
    }
  }
}
