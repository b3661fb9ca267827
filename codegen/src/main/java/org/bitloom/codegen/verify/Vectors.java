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
import org.bitloom.simulator.plan.Post;
import org.bitloom.simulator.plan.Step;
import org.bitloom.simulator.plan.View;

/**
 * The bench's vector file: inputs, every layer's codes, outputs and cycles in the order the machine
 * shows them.
 */
public final class Vectors {
  private static final int MAGIC = 0x424C5632;
  private static final View[] NO_TAPS = new View[4];
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
      for (View v : s instanceof LayerStep l ? taps(l) : NO_TAPS) {
        word(v == null ? 0 : pixels(v.tensor()) * ((LayerStep) s).pixelBeats());
      }
    }
  }

  private int pixels(int tensor) {
    Shape s = plan.network().tensor(tensor).shape();
    return s.height() * s.width();
  }

  /** What the four taps must show; null where one shows what another one shows. */
  static View[] taps(LayerStep l) {
    Post p = l.post();
    return new View[] {p.layer(), p.merged(), p.looked(), p.pool().present() ? p.out() : null};
  }

  private void sample(SampleResult r) {
    input(plan.load(), r.tensors().get(plan.load().tensor()));
    int beat = plan.config().codesPerBeat();
    for (LayerStep l : plan.layers()) {
      for (View v : taps(l)) {
        if (v != null) {
          Shape shape = plan.network().tensor(v.tensor()).shape();
          map(v.of(r.tensors().get(v.tensor())), shape, v.zero(), beat);
        }
      }
    }
    Layout last = plan.unload().layout();
    map(r.tensors().get(plan.unload().tensor()), last.shape(), last.zero(), slices);
    r.steps().forEach(s -> word(Math.toIntExact(s.cycles())));
  }

  /**
   * A map as the taps and the output bus show it, some channels a beat; missing ones are the zero
   * code.
   */
  private void map(CodeTensor t, Shape shape, int zero, int lanes) {
    int c = shape.channels();
    int beats = Math.ceilDiv(c, lanes);
    for (int p = 0; p < shape.height() * shape.width(); p++) {
      for (int b = 0; b < beats; b++) {
        for (int j = 0; j < lanes; j++) {
          int channel = b * lanes + j;
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
