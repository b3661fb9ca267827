package org.bitloom.codegen.verify;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.simulator.cycles.SampleResult;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Layout;
import org.bitloom.simulator.plan.LoadStep;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;

/**
 * The bench's vector file: inputs, every layer's codes, outputs and cycles in the order the machine
 * shows them.
 */
public final class Vectors {
  private static final int MAGIC = 0x424C5631;
  private final Plan plan;
  private final int slices;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Vectors(Plan plan) {
    this.plan = plan;
    this.slices = plan.config().slices();
  }

  /** The bytes of the file for simulated samples. */
  public static byte[] encode(Plan plan, List<SampleResult> samples) {
    Vectors v = new Vectors(plan);
    v.header(samples.size());
    samples.forEach(v::sample);
    return v.out.toByteArray();
  }

  private void word(int w) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(w).array());
  }

  private void header(int samples) {
    word(MAGIC);
    word(slices);
    word(plan.steps().size());
    word(samples);
    word(plan.load().beats());
    word(plan.unload().beats());
    for (Step s : plan.steps()) {
      word(s instanceof LayerStep l ? l.windowsDown() * l.windowsAcross() * l.pixelBeats() : 0);
      word(
          s instanceof LayerStep l && l.pool().present()
              ? l.pool().rows() * l.pool().cols() * l.pixelBeats()
              : 0);
    }
  }

  private void sample(SampleResult r) {
    input(plan.load(), r.tensors().get(plan.load().tensor()));
    for (LayerStep l : plan.layers()) {
      int zero = l.output().zero();
      map(r.tensors().get(l.layerTensor()), plan.network().tensor(l.layerTensor()).shape(), zero);
      if (l.pool().present()) {
        map(r.tensors().get(l.outTensor()), l.output().shape(), zero);
      }
    }
    Layout last = plan.unload().layout();
    map(r.tensors().get(plan.unload().tensor()), last.shape(), last.zero());
    r.steps().forEach(s -> word(Math.toIntExact(s.cycles())));
  }

  /**
   * A map as the drain and the output bus show it: S channels a beat; missing ones are the zero
   * code.
   */
  private void map(CodeTensor t, Shape shape, int zero) {
    int c = shape.channels();
    int beats = Math.ceilDiv(c, slices);
    for (int p = 0; p < shape.height() * shape.width(); p++) {
      for (int b = 0; b < beats; b++) {
        for (int j = 0; j < slices; j++) {
          int channel = b * slices + j;
          word(channel < c ? t.get(p * c + channel) : zero);
        }
      }
    }
  }

  private void input(LoadStep l, CodeTensor t) {
    Layout layout = l.layout();
    CodeTensor stored = t.reshape(layout.shape());
    int[][] pixels = new int[slices][layout.perPixel()];
    for (int y = 0; y < layout.shape().height(); y++) {
      for (int i = 0; i < layout.pixels(0); i++) {
        for (int s = 0; s < slices; s++) {
          if (i < layout.pixels(s)) {
            layout.pixel(stored, s, y, i, pixels[s]);
          } else {
            java.util.Arrays.fill(pixels[s], 0);
          }
        }
        for (int e = 0; e < layout.perPixel(); e++) {
          for (int s = 0; s < slices; s++) {
            word(pixels[s][e]);
          }
        }
      }
    }
  }
}
