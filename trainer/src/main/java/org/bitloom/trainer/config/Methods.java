package org.bitloom.trainer.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Locale;
import java.util.Map;
import org.bitloom.fixedpoint.calibrate.Calibration;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.trainer.convert.QuantizationAware;
import org.bitloom.trainer.convert.TargetFormat;
import org.bitloom.trainer.data.Augmentation;
import org.bitloom.trainer.train.Pruning;

/** The parts of a configuration that change what is trained. */
public final class Methods {
  private Methods() {}

  /**
   * {@code quantization_aware:}.
   *
   * @param format as {@code bitloom quantize --format}
   * @param ranges tracked, learned or fixed; learned for dynamic fixed point, else tracked
   * @param calibrate rule for the first ranges and for weights; minmax for int8, mse otherwise
   * @param layerBits widths of single layers, dynamic fixed point only
   * @param symmetric int8 with zero point 0
   * @param images training images the first ranges are calibrated on, default 500
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Quantization(
      String format,
      String ranges,
      String calibrate,
      Map<String, Integer> layerBits,
      Boolean symmetric,
      Integer images) {

    /** The number format. */
    public TargetFormat target() {
      if (format == null) {
        throw new IllegalArgumentException("quantization_aware needs a format, such as dfp8");
      }
      TargetFormat t =
          TargetFormat.of(format, RoundingPolicy.DOUBLE, Boolean.TRUE.equals(symmetric));
      if (layerBits == null || layerBits.isEmpty()) {
        return t;
      }
      if (!(t instanceof TargetFormat.FixedPoint f)) {
        throw new IllegalArgumentException("layer_bits needs a format dfpN");
      }
      return f.with(layerBits);
    }

    /** What becomes of ranges. */
    public QuantizationAware.Ranges mode() {
      if (ranges == null) {
        return target() instanceof TargetFormat.FixedPoint
            ? QuantizationAware.Ranges.LEARNED
            : QuantizationAware.Ranges.TRACKED;
      }
      try {
        return QuantizationAware.Ranges.valueOf(ranges.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "ranges is " + ranges + ", write tracked, learned or fixed", e);
      }
    }

    /** The rule for feature maps. */
    public Calibration rule() {
      boolean int8 = target() instanceof TargetFormat.Int8;
      return Calibration.of(calibrate != null ? calibrate : int8 ? "minmax" : "mse");
    }

    /** The rule for weights; int8 weights always span their channel. */
    public Calibration weightRule() {
      return target() instanceof TargetFormat.Int8 ? Calibration.of("minmax") : rule();
    }

    /** Images to calibrate on. */
    public int calibrationImages() {
      return images == null ? 500 : images;
    }
  }

  /** {@code pruning:}; end is begin for one shot, which is the default. */
  public record Prune(Double sparsity, Double begin, Double end, Boolean global, Boolean hold) {
    Pruning build() {
      double from = begin == null ? 0 : begin;
      return new Pruning(
          sparsity == null ? 0 : sparsity,
          from,
          end == null ? from : end,
          Boolean.TRUE.equals(global),
          Boolean.TRUE.equals(hold));
    }
  }

  /**
   * {@code distillation:}.
   *
   * @param teacher an .onnx model, beside the configuration
   * @param temperature default 4
   * @param alpha weight of the soft loss, default 0.7
   * @param beta weight of the hard loss, default 0.3
   */
  public record Distil(String teacher, Double temperature, Double alpha, Double beta) {}

  /** {@code augmentation:}. */
  public record Augment(Boolean flip, Double rotate, Double scale, Double translate, Double noise) {
    Augmentation build() {
      return new Augmentation(
          Boolean.TRUE.equals(flip), or(rotate), or(scale), or(translate), or(noise));
    }

    private static double or(Double v) {
      return v == null ? 0 : v;
    }
  }

  /** {@code share_weights:} clusters with trained centroids. */
  public record Share(Integer bits, String start) {}

  /**
   * {@code normalization:} of the input, written into the network as its first layer.
   *
   * @param type minmax, standardization or pca_whitening
   * @param components of whitening, default 32
   * @param epsilon added to a variance, default 1e-5
   */
  public record Normalize(String type, Integer components, Double epsilon) {}
}
