package org.bitloom.trainer.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.trainer.train.Regulariser;

/**
 * The {@code regularization:} of a configuration; all of it applies to weights, not to biases.
 *
 * @param l1 factor of the sum of magnitudes
 * @param l2 factor of half the sum of squares
 * @param weightDecay lambda of {@code w <- (1 - rate lambda) w}
 * @param weightClipping largest magnitude of a weight
 * @param maxNorm largest norm of a tensor, by projection
 * @param normMultiplier largest norm of a tensor, by a Lagrangian multiplier
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RegulariserConfig(
    Double l1,
    Double l2,
    Double weightDecay,
    Double weightClipping,
    Double maxNorm,
    NormMultiplier normMultiplier) {

  /**
   * A constraint by a multiplier.
   *
   * @param k largest norm
   * @param step of the multiplier
   */
  public record NormMultiplier(double k, double step) {}

  List<Regulariser> build() {
    List<Regulariser> all = new ArrayList<>();
    if (l1 != null) {
      all.add(new Regulariser.L1(l1));
    }
    if (l2 != null) {
      all.add(new Regulariser.L2(l2));
    }
    if (weightDecay != null) {
      all.add(new Regulariser.WeightDecay(weightDecay));
    }
    if (weightClipping != null) {
      all.add(new Regulariser.WeightClipping(weightClipping));
    }
    if (maxNorm != null) {
      all.add(new Regulariser.NormProjection(maxNorm));
    }
    if (normMultiplier != null) {
      all.add(new Regulariser.NormMultiplier(normMultiplier.k, normMultiplier.step));
    }
    return all;
  }
}
