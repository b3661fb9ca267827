package org.bitloom.trainer.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.bitloom.trainer.search.Proposer;
import org.bitloom.trainer.search.Space;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  private static Space space() throws Exception {
    return Space.of(
        json(
            "{'optimizer.rate': {'min': 0.001, 'max': 0.1, 'log': true},"
                + " 'layers.a.filters': [4, 8], 'layers.1.units': {'min': 2, 'max': 10, 'integer': true}}"));
  }

  @Test
  void pointsBecomeConfigurations() throws Exception {
    JsonNode c =
        json("{'optimizer': {'rate': 1}, 'layers': [{'name': 'a'}, {'name': 'b', 'units': 1}]}");
    JsonNode d = space().apply(c, new double[] {0.5, 0.9, 1});
    assertEquals(0.01, d.at("/optimizer/rate").asDouble(), 1e-9);
    assertEquals(8, d.at("/layers/0/filters").asInt());
    assertEquals(10, d.at("/layers/1/units").asInt());
    assertEquals(1, c.at("/optimizer/rate").asInt(), "the configuration itself stays");
    assertEquals(3 * 2 * 3, space().grid().size());
    Space wrong = Space.of(json("{'layers.z.units': [1, 2]}"));
    assertThrows(IllegalArgumentException.class, () -> wrong.apply(c, new double[] {0}));
    assertThrows(IllegalArgumentException.class, () -> Space.of(json("{'a': 3}")));
  }

  private static double best(Proposer p, int trials) {
    List<Proposer.Trial> done = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < trials; i++) {
      double[] u = p.next(done);
      double score = -Math.pow(u[0] - 0.83, 2) - Math.pow(u[2] - 0.21, 2) + (u[1] > 0.5 ? 0.1 : 0);
      done.add(new Proposer.Trial(u, score));
      best = Math.max(best, score);
    }
    return best;
  }

  /** On a bowl the estimator finds better points than chance, on average over seeds. */
  @Test
  void theEstimatorBeatsChance() throws Exception {
    double chance = 0;
    double model = 0;
    for (int seed = 1; seed <= 20; seed++) {
      chance += best(Proposer.random(space(), seed), 30) / 20;
      model += best(Proposer.parzen(space(), seed), 30) / 20;
    }
    assertTrue(0.1 - model < 0.6 * (0.1 - chance), model + " against " + chance);
    double[] a = Proposer.parzen(space(), 3).next(List.of());
    assertArrayEquals(a, Proposer.parzen(space(), 3).next(List.of()));
  }
}
