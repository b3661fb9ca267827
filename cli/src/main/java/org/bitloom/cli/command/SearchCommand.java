package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Datasets;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.SafeWrite;
import org.bitloom.fixedpoint.file.YamlFile;
import org.bitloom.trainer.config.Recipe;
import org.bitloom.trainer.config.TrainingConfig;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import org.bitloom.trainer.search.Proposer;
import org.bitloom.trainer.search.Space;
import org.bitloom.trainer.train.EpochResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom search}. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Searches hyper-parameters: trains a configuration with other settings and keeps what does best on the held-out samples.",
    footer = {
      "",
      "The space is YAML, paths into the configuration with values or ranges:",
      "  optimizer.rate: {min: 0.0003, max: 0.03, log: true}",
      "  batch: [32, 64, 128]",
      "  layers.conv1.filters: {min: 8, max: 32, integer: true}",
      "Example:",
      "  bitloom search examples/fashion-cnn.yaml --space space.yaml --trials 30 --out best.yaml"
    })
public final class SearchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "CONFIG.yaml", description = "with validation: above 0")
  private Path config;

  @Option(
      names = "--space",
      paramLabel = "SPACE.yaml",
      required = true,
      description = "what to search")
  private Path spaceFile;

  @Option(
      names = "--method",
      paramLabel = "M",
      defaultValue = "tpe",
      description = "grid, random or tpe, a tree-structured Parzen estimator (default: tpe)")
  private String method;

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "20",
      description = "trainings in all (default: 20); a grid ends earlier")
  private int trials;

  @Option(names = "--seed", defaultValue = "1", description = "of the search (default: 1)")
  private long seed;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description =
          "IDX, CIFAR, .npy, image folder or CSV, see docs/training.md (default: Fashion-MNIST)")
  private Path data;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "train on the first N samples only, to search faster")
  private Integer images;

  @Option(
      names = "--out",
      paramLabel = "BEST.yaml",
      required = true,
      description = "the best configuration; BEST.trials.json beside it lets a search go on")
  private Path out;

  private final ObjectMapper mapper = new ObjectMapper();

  @Override
  public Integer call() {
    JsonNode base = YamlFile.tree(config);
    Space space;
    Proposer proposer;
    try {
      space = Space.of(YamlFile.tree(spaceFile));
      proposer = proposer(space);
      space.apply(base, new double[space.dimensions().size()]);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          spaceFile.toString(), e.getMessage(), "see bitloom search --help", e);
    }
    if (!(base.path("validation").asDouble() > 0)) {
      throw new BadInputException(
          config.toString(), "holds no samples out to judge by", "write validation: 0.1");
    }
    Dataset train = Datasets.load(data, FashionMnist.Part.TRAIN);
    train = images == null ? train : train.first(images);
    Dataset test = Datasets.load(data, FashionMnist.Part.TEST).first(1);
    Path file = out.resolveSibling(out.getFileName() + ".trials.json");
    ArrayNode record = read(file, space);
    List<Proposer.Trial> done = trials(record);
    while (done.size() < trials) {
      double[] point = proposer.next(done);
      if (point == null) {
        break;
      }
      JsonNode c = space.apply(base, point);
      double score = train(c, train, test);
      done.add(new Proposer.Trial(point, score));
      ObjectNode o = record.addObject();
      o.putPOJO("point", point);
      ObjectNode values = o.putObject("values");
      for (int d = 0; d < point.length; d++) {
        values.set(space.dimensions().get(d).path(), space.dimensions().get(d).at(point[d]));
      }
      o.put("validation_accuracy", score);
      SafeWrite.text(file, mapper.valueToTree(record).toPrettyString() + "\n");
      Console.say(
          String.format(
              Locale.ROOT, "trial %d: %.2f %% with %s", done.size(), 100 * score, values));
    }
    Proposer.Trial best =
        done.stream()
            .max(java.util.Comparator.comparingDouble(Proposer.Trial::score))
            .orElseThrow();
    SafeWrite.text(out, YamlFile.text(space.apply(base, best.point())));
    System.out.printf(
        Locale.ROOT,
        "%s: %.2f %% on the held-out samples, best of %d trials%n",
        out,
        100 * best.score(),
        done.size());
    return 0;
  }

  private Proposer proposer(Space space) {
    return switch (method) {
      case "grid" -> Proposer.grid(space);
      case "random" -> Proposer.random(space, seed);
      case "tpe" -> Proposer.parzen(space, seed);
      default ->
          throw new BadInputException("--method", "is " + method, "write grid, random or tpe");
    };
  }

  private ArrayNode read(Path file, Space space) {
    if (!Files.exists(file)) {
      return mapper.createArrayNode();
    }
    try {
      JsonNode n = mapper.readTree(Files.readAllBytes(file));
      if (n instanceof ArrayNode a
          && (a.isEmpty() || a.get(0).path("point").size() == space.dimensions().size())) {
        return a;
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new BadInputException(file.toString(), "is damaged", "delete it to begin again", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new BadInputException(
        file.toString(), "belongs to another space", "delete it or give another --out");
  }

  private static List<Proposer.Trial> trials(ArrayNode record) {
    List<Proposer.Trial> all = new ArrayList<>();
    for (JsonNode n : record) {
      double[] p = new double[n.path("point").size()];
      for (int i = 0; i < p.length; i++) {
        p[i] = n.path("point").get(i).asDouble();
      }
      all.add(new Proposer.Trial(p, n.path("validation_accuracy").asDouble()));
    }
    return all;
  }

  private double train(JsonNode c, Dataset train, Dataset test) {
    String where = config + " in the search";
    TrainingConfig t = TrainingConfig.parse(c.toString(), where);
    Recipe r = Recipe.of(t, config.toAbsolutePath().getParent(), where, train);
    List<EpochResult> history = TrainCommand.train(r.trainer(), r.settings(), train, test, null);
    return history.stream().mapToDouble(EpochResult::validationAccuracy).max().orElse(0);
  }
}
