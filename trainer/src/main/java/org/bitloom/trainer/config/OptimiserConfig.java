package org.bitloom.trainer.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.bitloom.trainer.train.Optimiser;

/** The {@code optimizer:} of a configuration. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @Type(value = OptimiserConfig.Sgd.class, name = "sgd"),
  @Type(value = OptimiserConfig.AdaGrad.class, name = "adagrad"),
  @Type(value = OptimiserConfig.AdaDelta.class, name = "adadelta"),
  @Type(value = OptimiserConfig.RmsProp.class, name = "rmsprop"),
  @Type(value = OptimiserConfig.Adam.class, name = "adam"),
  @Type(value = OptimiserConfig.AdamW.class, name = "adamw")
})
public sealed interface OptimiserConfig {

  /** Learning rate. */
  double rate();

  /** The rule. */
  Optimiser build();

  /** Decoupled weight decay, 0 for most. */
  default double decay() {
    return 0;
  }

  private static double or(Double value, double otherwise) {
    return value == null ? otherwise : value;
  }

  /** {@code type: sgd}: rate, momentum 0, nesterov false. */
  record Sgd(double rate, Double momentum, Boolean nesterov) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.Sgd(or(momentum, 0), nesterov != null && nesterov);
    }
  }

  /** {@code type: adagrad}: rate, epsilon 1e-8. */
  record AdaGrad(double rate, Double epsilon) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.AdaGrad(or(epsilon, 1e-8));
    }
  }

  /** {@code type: adadelta}: rate (1 in the paper), rho 0.95, epsilon 1e-6. */
  record AdaDelta(double rate, Double rho, Double epsilon) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.AdaDelta(or(rho, 0.95), or(epsilon, 1e-6));
    }
  }

  /** {@code type: rmsprop}: rate, rho 0.9, momentum 0, epsilon 1e-8. */
  record RmsProp(double rate, Double rho, Double momentum, Double epsilon)
      implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.RmsProp(
          or(rho, 0.9), or(momentum, 0), or(epsilon, 1e-8));
    }
  }

  /** {@code type: adam}: rate, beta1 0.9, beta2 0.999. */
  record Adam(double rate, Double beta1, Double beta2) implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.Adam(or(beta1, 0.9), or(beta2, 0.999), 1e-8);
    }
  }

  /** {@code type: adamw}: as adam, and weight_decay 0.01. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record AdamW(double rate, Double beta1, Double beta2, Double weightDecay)
      implements OptimiserConfig {
    @Override
    public Optimiser build() {
      return new org.bitloom.trainer.train.Adam(or(beta1, 0.9), or(beta2, 0.999), 1e-8);
    }

    @Override
    public double decay() {
      return or(weightDecay, 0.01);
    }
  }
}
