package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.bitloom.cli.compare.Comparison;
import org.bitloom.cli.compare.Model;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.data.FashionMnist;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bitloom compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs two models on the same inputs and shows, layer by layer, how far apart they are: where accuracy is lost.",
    footer = {
      "",
      "Models: float or quantized .onnx (in ONNX Runtime), .tflite, .bitloom; sim:NET runs in the simulator.",
      "Examples:",
      "  bitloom compare cnn.onnx cnn.bitloom",
      "  bitloom compare cnn-int8.onnx sim:cnn.bitloom --input x.npy",
      "",
      "Exit status: 0 no layer's ratio is below --limit; 1 one is."
    })
public final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = "the model to compare with")
  private String first;

  @Parameters(index = "1", paramLabel = "B", description = "the model in question")
  private String second;

  @Option(
      names = "--input",
      paramLabel = "X.npy",
      description =
          "n x H x W x C reals, or codes of the integer model (default: test images if they fit, else random)")
  private Path input;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "8",
      description = "how many (default: 8)")
  private int samples;

  @Option(
      names = "--limit",
      paramLabel = "DB",
      defaultValue = "20",
      description = "a signal-to-noise ratio below this is a divergence (default: 20)")
  private double limit;

  @Option(
      names = "--rounding",
      paramLabel = "R",
      defaultValue = "double",
      description = "of imported integer models: double or single (default: double)")
  private String rounding;

  @Option(names = "--json", description = "print one JSON object and nothing else")
  private boolean json;

  @Override
  public Integer call() {
    try (Model a = Model.open(first, rounding);
        Model b = Model.open(second, rounding)) {
      if (!a.input().equals(b.input())) {
        throw new BadInputException(
            second,
            "takes " + b.input(),
            "compare it with a model that does, " + first + " takes " + a.input());
      }
      Comparison c = Comparison.of(a, b, inputs(a, b));
      if (c.layers().isEmpty()) {
        throw new BadInputException(
            second, "has no layer in common with " + first, "compare models of the same network");
      }
      Comparison.Row bad = c.divergence(limit);
      if (json) {
        System.out.println(json(c, bad));
      } else {
        table(c, bad);
      }
      return bad == null ? 0 : 1;
    }
  }

  private List<float[]> inputs(Model a, Model b) {
    Shape s = a.input();
    ActivationFormat f = b.format() != null ? b.format() : a.format();
    List<float[]> all = new ArrayList<>();
    if (input != null) {
      NpyFile.Numbers x = NpyFile.numbers(input);
      if (x.values().length % s.size() != 0) {
        throw new BadInputException(
            input.toString(), "has the shape " + x.shape(), "the models take n x " + s);
      }
      for (int i = 0; i < Math.min(samples, x.values().length / s.size()); i++) {
        float[] v = new float[s.size()];
        for (int j = 0; j < v.length; j++) {
          float r = x.values()[i * v.length + j];
          v[j] = x.integers() && f != null ? (float) f.toReal((long) r) : r;
        }
        all.add(v);
      }
      return all;
    }
    Dataset data = FashionMnist.shipped(FashionMnist.Part.TEST);
    boolean images = data.shape().equals(s);
    if (!images) {
      Console.say("no --input: using " + samples + " samples of random numbers");
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < samples; i++) {
      float[] v = new float[s.size()];
      if (images) {
        data.reals(i % data.size(), v, 0);
      } else {
        for (int j = 0; j < v.length; j++) {
          v[j] = random.nextBoolean() ? 0 : (float) random.nextGaussian();
        }
      }
      all.add(v);
    }
    return all;
  }

  private static String text(double snr) {
    return Double.isInfinite(snr) ? "equal" : String.format(Locale.ROOT, "%.1f dB", snr);
  }

  private void table(Comparison c, Comparison.Row bad) {
    System.out.printf(
        Locale.ROOT, "%-28s %10s %12s %12s %10s%n", "layer", "values", "largest", "mean", "SNR");
    for (Comparison.Row r : c.layers()) {
      System.out.printf(
          Locale.ROOT,
          "%-28s %10d %12.6g %12.6g %10s%n",
          r.layer(),
          r.values(),
          r.largest(),
          r.mean(),
          text(r.snr()));
    }
    if (!c.only().isEmpty()) {
      System.out.println("only in one model: " + String.join(", ", c.only()));
    }
    System.out.println(
        bad == null
            ? "no layer below " + limit + " dB"
            : "first divergence: "
                + bad.layer()
                + ", "
                + text(bad.snr())
                + ", largest at sample "
                + bad.sample()
                + ", element "
                + bad.index());
  }

  private static String json(Comparison c, Comparison.Row bad) {
    ObjectNode o = new ObjectMapper().createObjectNode();
    ArrayNode layers = o.putArray("layers");
    for (Comparison.Row r : c.layers()) {
      ObjectNode n =
          layers
              .addObject()
              .put("layer", r.layer())
              .put("values", r.values())
              .put("largest", r.largest())
              .put("sample", r.sample())
              .put("index", r.index())
              .put("mean", r.mean());
      if (Double.isInfinite(r.snr())) {
        n.putNull("snr_db");
      } else {
        n.put("snr_db", r.snr());
      }
    }
    o.putPOJO("only_in_one", c.only());
    o.put("divergence", bad == null ? null : bad.layer());
    return o.toString();
  }
}
