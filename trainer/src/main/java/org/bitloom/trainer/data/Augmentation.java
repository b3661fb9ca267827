package org.bitloom.trainer.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * Random changes of training images: flipped, rotated, scaled and moved by one bilinear resampling,
 * with zeros from outside, then noise added.
 *
 * @param flip whether half of the images are mirrored left to right
 * @param rotate largest angle, degrees either way
 * @param scale largest change of size, such as 0.1 for 90 to 110 %
 * @param translate largest shift, pixels either way
 * @param noise standard deviation of Gaussian noise on every element
 */
public record Augmentation(
    boolean flip, double rotate, double scale, double translate, double noise) {
  /** No change. */
  public static final Augmentation NONE = new Augmentation(false, 0, 0, 0, 0);

  /** Checks the ranges. */
  public Augmentation {
    if (!(rotate >= 0 && translate >= 0 && noise >= 0 && scale >= 0 && scale < 1)) {
      throw new IllegalArgumentException(
          "augmentation: rotate, translate and noise must not be negative, scale lie in [0, 1)");
    }
  }

  /** Changes the image at {@code x[at]}; the seed decides how. */
  public void apply(float[] x, int at, Shape shape, long seed) {
    if (equals(NONE)) {
      return;
    }
    SplittableRandom r = new SplittableRandom(seed);
    boolean mirror = flip && r.nextBoolean();
    double angle = Math.toRadians(rotate * (2 * r.nextDouble() - 1));
    double size = 1 + scale * (2 * r.nextDouble() - 1);
    double down = translate * (2 * r.nextDouble() - 1);
    double right = translate * (2 * r.nextDouble() - 1);
    float[] from = Arrays.copyOfRange(x, at, at + shape.size());
    double cy = (shape.height() - 1) / 2.0;
    double cx = (shape.width() - 1) / 2.0;
    double cos = Math.cos(angle) / size;
    double sin = Math.sin(angle) / size;
    for (int oy = 0; oy < shape.height(); oy++) {
      for (int ox = 0; ox < shape.width(); ox++) {
        double dy = oy - cy - down;
        double dx = (ox - cx - right) * (mirror ? -1 : 1);
        int to = at + (oy * shape.width() + ox) * shape.channels();
        sample(from, shape, cy + cos * dy - sin * dx, cx + sin * dy + cos * dx, x, to);
      }
    }
    for (int i = at; noise > 0 && i < at + shape.size(); i++) {
      x[i] += (float) (noise * r.nextGaussian());
    }
  }

  private static void sample(float[] from, Shape s, double y, double x, float[] to, int at) {
    int y0 = (int) Math.floor(y);
    int x0 = (int) Math.floor(x);
    double fy = y - y0;
    double fx = x - x0;
    for (int c = 0; c < s.channels(); c++) {
      double v =
          (1 - fy) * ((1 - fx) * pixel(from, s, y0, x0, c) + fx * pixel(from, s, y0, x0 + 1, c))
              + fy
                  * ((1 - fx) * pixel(from, s, y0 + 1, x0, c)
                      + fx * pixel(from, s, y0 + 1, x0 + 1, c));
      to[at + c] = (float) v;
    }
  }

  private static float pixel(float[] from, Shape s, int y, int x, int c) {
    return y < 0 || x < 0 || y >= s.height() || x >= s.width()
        ? 0
        : from[(y * s.width() + x) * s.channels() + c];
  }
}
