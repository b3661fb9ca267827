package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.bitloom.codegen.fuzz.Campaign;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.fixedpoint.error.BadInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bitloom fuzz}. */
@Command(
    name = "fuzz",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares random networks on random accelerators, hardware against simulator.",
      "Graphs over all layer kinds, formats, shapes, paddings and sparsities, machines of all kinds, buses that wait.",
      "The first difference is made smaller and written as files that verify replays."
    },
    footer = {"", "Example:", "  bitloom fuzz --seed 1 --count 300 --minutes 30"})
public final class FuzzCommand implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "seed of the first network; the others follow (default: 1)")
  private long seed;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "20",
      description = "how many networks (default: 20)")
  private int count;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "begin no network after that time (default: no limit)")
  private Double minutes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "fuzz",
      description = "where differences are written (default: fuzz)")
  private Path out;

  @Option(
      names = "--shrink",
      paramLabel = "N",
      defaultValue = "60",
      description = "runs that making a difference smaller may cost (default: 60)")
  private int shrink;

  @Option(
      names = "--json",
      description = "print one JSON object on standard output and nothing else")
  private boolean json;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new BadInputException("--count", "is " + count, "give at least 1");
    }
    Tool.requireVerilator();
    long begun = System.nanoTime();
    long deadline =
        minutes == null ? Long.MAX_VALUE : begun + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    Campaign.Result r;
    try (ProgressBar bar = Console.bar("networks", count)) {
      r = new Campaign(out, shrink, listener(bar)).run(seed, count, deadline);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.println(json ? json(r, seconds) : text(r, seconds));
    r.refused().forEach(x -> Console.say("refused: " + x));
    return r.differences().isEmpty() ? 0 : 1;
  }

  private static Campaign.Listener listener(ProgressBar bar) {
    return new Campaign.Listener() {
      @Override
      public void done(long s) {
        bar.step();
      }

      @Override
      public void shrinking(long s, String first) {
        Console.say("seed " + s + " differs: " + first + "; making it smaller");
      }
    };
  }

  private String text(Campaign.Result r, double seconds) {
    return r.networks()
        + " networks from seed "
        + seed
        + " on, "
        + r.refused().size()
        + " refused, "
        + r.values()
        + " values and cycle counts compared in "
        + Math.round(seconds)
        + " s; "
        + (r.differences().isEmpty()
            ? "EQUAL"
            : "DIFFERENT: see replay.txt in " + r.differences().getFirst());
  }

  private String json(Campaign.Result r, double seconds) {
    ObjectNode n = new ObjectMapper().createObjectNode();
    n.put("seed", seed);
    n.put("networks", r.networks());
    n.put("refused", r.refused().size());
    n.put("values_compared", r.values());
    n.put("seconds", seconds);
    var d = n.putArray("differences");
    r.differences().forEach(p -> d.add(p.toString()));
    return n.toString();
  }
}
