package org.bitloom.trainer.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.bitloom.trainer.train.Optimiser;

/** The {@code optimizer:} of a configuration. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @Type(value = OptimiserConfig.Sgd.class, name = "sgd"),
  @Type(value = OptimiserConfig.Adam.class, name = "adam")
})
public sealed interface OptimiserConfig {

  /** Learning rate. */
  double rate();

  /** The rule. */
  Optimiser build();

  /** {@code type: sgd}: rate, momentum 0. */
  record Sgd(double rate, Double momentum) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.Sgd(momentum == null ? 0 : momentum);
    }
  }

  /** {@code type: adam}: rate, beta1 0.9, beta2 0.999. */
  record Adam(double rate, Double beta1, Double beta2) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.Adam(
          beta1 == null ? 0.9 : beta1, beta2 == null ? 0.999 : beta2, 1e-8);
    }
  }
}
