package org.bitloom.trainer.train;

import java.util.List;
import org.bitloom.trainer.layer.EffectiveValues;
import org.bitloom.trainer.layer.FloatNetwork;
import org.bitloom.trainer.layer.Gradients;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.NetworkPass;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.Values;

/** What a {@link Trainer} trains: a network in floats, or one that computes in integers. */
public interface Trainable {

  /** The network whose parameters are trained; gives name and shapes. */
  FloatNetwork network();

  /** The trained parameters. */
  List<Parameter> parameters();

  /** Arrays that are not trained but change, for checkpoints. */
  List<float[]> state();

  /** One worker's buffers for up to {@code samples} samples. */
  NetworkPass newPass(int samples);

  /** Before a batch: the values layers compute with. */
  Values begin(boolean training, long seed);

  /** After a batch: turns gradients of effective values into those of parameters. */
  void backward(Gradients g);

  /**
   * Before an epoch of {@code epochs}, counted from 1.
   *
   * @param begins whether its first batch is next, not one in its middle
   */
  default void epoch(int epoch, int epochs, boolean begins) {}

  /** After a batch's backward: moves running values by what the chunks saw, in chunk order. */
  default void absorb(List<NetworkPass> chunks) {}

  /** A network in floats. */
  static Trainable of(FloatNetwork network) {
    EffectiveValues values = new EffectiveValues(network.parameters());
    return new Trainable() {
      @Override
      public FloatNetwork network() {
        return network;
      }

      @Override
      public List<Parameter> parameters() {
        return network.parameters();
      }

      @Override
      public List<float[]> state() {
        return network.state();
      }

      @Override
      public NetworkPass newPass(int samples) {
        return new NetworkPass(network.wiring(), samples);
      }

      @Override
      public Values begin(boolean training, long seed) {
        values.compute(training, seed);
        return values;
      }

      @Override
      public void backward(Gradients g) {
        values.backward(g);
      }
    };
  }

  /** A run with the parameters as they are, not training. */
  default Layer.Run inference() {
    return Layer.Run.inference(begin(false, 0));
  }
}
