package org.bitloom.trainer.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.layer.Activation;
import org.bitloom.trainer.layer.ActivationLayer;
import org.bitloom.trainer.layer.Conv2dLayer;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.FlattenLayer;
import org.bitloom.trainer.layer.GroupedConv2dLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.PoolLayer;
import org.bitloom.trainer.layer.ReluLayer;

/** One entry of {@code layers:}, told apart by its {@code type}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @Type(value = LayerConfig.Conv.class, name = "conv"),
  @Type(value = LayerConfig.Depthwise.class, name = "depthwise"),
  @Type(value = LayerConfig.Dense.class, name = "dense"),
  @Type(value = LayerConfig.Relu.class, name = "relu"),
  @Type(value = LayerConfig.Sigmoid.class, name = "sigmoid"),
  @Type(value = LayerConfig.Tanh.class, name = "tanh"),
  @Type(value = LayerConfig.Relu6.class, name = "relu6"),
  @Type(value = LayerConfig.LeakyRelu.class, name = "leaky_relu"),
  @Type(value = LayerConfig.HardSigmoid.class, name = "hard_sigmoid"),
  @Type(value = LayerConfig.HardSwish.class, name = "hard_swish"),
  @Type(value = LayerConfig.MaxPool.class, name = "max_pool"),
  @Type(value = LayerConfig.AveragePool.class, name = "average_pool"),
  @Type(value = LayerConfig.Flatten.class, name = "flatten")
})
public sealed interface LayerConfig {

  /** Name of the layer; null asks for one made of type and position. */
  String name();

  /** The layer for an input shape. */
  Layer build(String name, Shape input);

  /** The word in the YAML. */
  String type();

  /** {@code type: conv}: filters, kernel (square), stride 1, padding same or valid, groups 1. */
  record Conv(String name, int filters, int kernel, Integer stride, String padding, Integer groups)
      implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      if (filters < 1) {
        throw new IllegalArgumentException("filters is " + filters + ", at least 1 is needed");
      }
      Window w = window(kernel, stride == null ? 1 : stride, padding, in);
      return groups == null || groups == 1
          ? new Conv2dLayer(n, in, filters, w)
          : new GroupedConv2dLayer(n, in, filters, w, groups);
    }

    @Override
    public String type() {
      return "conv";
    }
  }

  /** {@code type: depthwise}: kernel (square), stride 1, padding same or valid. */
  record Depthwise(String name, int kernel, Integer stride, String padding) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      Window w = window(kernel, stride == null ? 1 : stride, padding, in);
      return new GroupedConv2dLayer(n, in, in.channels(), w, in.channels());
    }

    @Override
    public String type() {
      return "depthwise";
    }
  }

  /** {@code type: dense}: units. */
  record Dense(String name, int units) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      if (units < 1) {
        throw new IllegalArgumentException("units is " + units + ", at least 1 is needed");
      }
      return new DenseLayer(n, in, units);
    }

    @Override
    public String type() {
      return "dense";
    }
  }

  /** {@code type: relu}. */
  record Relu(String name) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      return new ReluLayer(n, in);
    }

    @Override
    public String type() {
      return "relu";
    }
  }

  /** A function of every element. */
  sealed interface OfElements extends LayerConfig {
    /** The function. */
    Activation function();

    @Override
    default Layer build(String n, Shape in) {
      return new ActivationLayer(n, in, function());
    }

    @Override
    default String type() {
      return function().word();
    }
  }

  /** {@code type: sigmoid}. */
  record Sigmoid(String name) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.Sigmoid();
    }
  }

  /** {@code type: tanh}. */
  record Tanh(String name) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.Tanh();
    }
  }

  /** {@code type: relu6}. */
  record Relu6(String name) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.Relu6();
    }
  }

  /** {@code type: leaky_relu}: alpha 0.01. */
  record LeakyRelu(String name, Double alpha) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.LeakyRelu(alpha == null ? 0.01 : alpha);
    }
  }

  /** {@code type: hard_sigmoid}. */
  record HardSigmoid(String name) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.HardSigmoid();
    }
  }

  /** {@code type: hard_swish}. */
  record HardSwish(String name) implements OfElements {
    @Override
    public Activation function() {
      return new Activation.HardSwish();
    }
  }

  /** {@code type: max_pool}: size (square), stride as size. */
  record MaxPool(String name, int size, Integer stride) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      return new PoolLayer(n, in, window(size, stride == null ? size : stride, "valid", in), true);
    }

    @Override
    public String type() {
      return "max_pool";
    }
  }

  /** {@code type: average_pool}: size (square), stride as size. */
  record AveragePool(String name, int size, Integer stride) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      return new PoolLayer(n, in, window(size, stride == null ? size : stride, "valid", in), false);
    }

    @Override
    public String type() {
      return "average_pool";
    }
  }

  /** {@code type: flatten}. */
  record Flatten(String name) implements LayerConfig {
    @Override
    public Layer build(String n, Shape in) {
      return new FlattenLayer(n, in);
    }

    @Override
    public String type() {
      return "flatten";
    }
  }

  private static Window window(int kernel, int stride, String padding, Shape in) {
    return switch (padding == null ? "valid" : padding) {
      case "same" -> Window.same(kernel, kernel, stride, stride, 1, 1, in.height(), in.width());
      case "valid" -> Window.valid(kernel, kernel, stride, stride);
      default ->
          throw new IllegalArgumentException("padding is " + padding + ", write same or valid");
    };
  }
}
