package org.bitloom.tests.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.bitloom.codegen.fuzz.RandomMachine;
import org.bitloom.codegen.fuzz.RandomNetwork;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.network.Window;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.Planner;
import org.bitloom.simulator.plan.Scatter;
import org.junit.jupiter.api.Test;

/** The depthwise mapping against its definition: every tap of every output is met exactly once. */
class ScatterTest {
  @Test
  void everyTapMeetsItsLaneOnce() {
    int layers = 0;
    for (long seed = 0; seed < 400; seed++) {
      QuantizedNetwork n = RandomNetwork.of(seed);
      for (LayerStep l : Planner.plan(n, RandomMachine.of(new SplittableRandom(seed))).layers()) {
        if (l.scatter() != null) {
          check(l);
          layers++;
        }
      }
    }
    assertTrue(layers > 100, layers + " depthwise layers");
  }

  private static void check(LayerStep l) {
    Scatter s = l.scatter();
    Window w = l.window();
    int perPixel = l.input().perPixel();
    int[][][] met = new int[l.windowsDown()][l.windowsAcross()][w.taps()];
    for (int y = 0; y < s.rowsWalked(); y++) {
      for (int x = 0; x < l.columns(); x++) {
        for (int chunk = 0; chunk < s.chunks(); chunk++) {
          for (int lane = 0; lane < l.config().lanes(); lane++) {
            meet(l, y, x, chunk, lane, met);
          }
        }
      }
    }
    for (int oy = 0; oy < l.windowsDown(); oy++) {
      for (int ox = 0; ox < l.windowsAcross(); ox++) {
        for (int t = 0; t < w.taps(); t++) {
          int y = oy * w.strideY() - w.padTop() + t / w.width();
          int x = ox * w.strideX() - w.padLeft() + t % w.width();
          boolean there = y >= 0 && y < l.rows() && x >= 0 && x < l.columns();
          assertEquals(there ? 1 : 0, met[oy][ox][t], l.name() + " " + w + " at " + oy + ", " + ox);
        }
      }
    }
    assertEquals(l.weightWords(), s.chunks() * periods(s, w) * perPixel);
  }

  private static int periods(Scatter s, Window w) {
    return s.banks() * w.strideY() * s.columns() * w.strideX();
  }

  /** What a lane does with a token: the output is its bank's and column's newest. */
  private static void meet(LayerStep l, int y, int x, int chunk, int lane, int[][][] met) {
    Scatter s = l.scatter();
    Window w = l.window();
    int a = lane % s.laneRows();
    int b = lane / s.laneRows();
    if (a >= s.banks() || b >= s.columns()) {
      return;
    }
    int newestRow = s.newestRow(y);
    int newestColumn = Math.floorDiv(x + w.padLeft(), w.strideX()) - chunk * s.columns();
    int oy = newestRow - Math.floorMod(newestRow - a, s.banks());
    int ox = newestColumn - Math.floorMod(newestColumn - b, s.columns());
    int phaseY = (y + w.padTop()) % (s.banks() * w.strideY());
    int phaseX = (x + w.padLeft()) % (s.columns() * w.strideX());
    int word =
        ((chunk * s.banks() * w.strideY() + phaseY) * s.columns() * w.strideX() + phaseX)
            * l.input().perPixel();
    int tap = s.tap(word, l.input().perPixel(), lane);
    if (tap >= 0 && oy >= 0 && oy < l.windowsDown() && ox >= 0 && ox < l.windowsAcross()) {
      met[oy][ox][tap]++;
    }
  }
}
