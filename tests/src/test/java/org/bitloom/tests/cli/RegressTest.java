package org.bitloom.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestSuite;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;
import org.bitloom.fixedpoint.file.Archive;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.file.NpyFile;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.QuantizedMultiplier;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example regression suite: passes as it is, and names what was broken when it was. */
class RegressTest {
  private static final Path EXAMPLE = Path.of("../examples/regression");
  @TempDir Path dir;

  @BeforeEach
  void copyTheExample() throws IOException {
    try (Stream<Path> all = Files.walk(EXAMPLE)) {
      for (Path p : all.filter(Files::isRegularFile).toList()) {
        Path relative = EXAMPLE.relativize(p);
        if (!relative.startsWith("build")) {
          Path to = dir.resolve(relative.toString());
          Files.createDirectories(to.getParent());
          Files.copy(p, to);
        }
      }
    }
  }

  private Program.Result regress(Map<String, String> environment, String... more) throws Exception {
    List<String> args = new ArrayList<>(List.of("regress", "suite.yaml"));
    args.addAll(List.of(more));
    return Program.run(dir, environment, args.toArray(String[]::new));
  }

  /** The one case that failed, after exit status 1. */
  private JsonNode broken(Map<String, String> environment) throws Exception {
    Program.Result r = regress(environment, "--json");
    assertEquals(1, r.status(), r.toString());
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertFalse(json.path("passed").asBoolean());
    for (JsonNode c : json.path("cases")) {
      if (!c.path("passed").asBoolean()) {
        return c;
      }
    }
    throw new AssertionError(r.out());
  }

  private static void names(JsonNode broken, String suiteCase, String link, String layer) {
    assertEquals(suiteCase, broken.path("name").asText(), broken.toString());
    assertEquals(link, broken.path("broken_link").asText(), broken.toString());
    assertEquals(layer, broken.path("broken_layer").asText(), broken.toString());
  }

  /** Only one case stays, so that the others need not run. */
  private void only(String name) throws IOException {
    Path suite = dir.resolve("suite.yaml");
    String[] parts = Files.readString(suite).split("(?m)^  - name: ");
    StringBuilder kept = new StringBuilder(parts[0]);
    for (String p : parts) {
      if (p.startsWith(name)) {
        kept.append("  - name: ").append(p);
      }
    }
    Files.writeString(suite, kept);
  }

  @Test
  void theExamplePassesAndItsReportIsReadByCiSystems() throws Exception {
    Program.Result r = regress(Map.of(), "--junit", "result.xml");
    assertEquals(0, r.status(), r.toString());
    assertTrue(r.out().contains("3 cases, 0 failed"), r.out());
    read(0, 23);
    only("cnn-int8");
    editWeight("cnn-int8.bitloom", "conv2");
    assertEquals(1, regress(Map.of(), "--junit", "result.xml").status());
    read(2, 9); // the network's definition, and its integers
  }

  private void read(int failures, int tests) throws Exception {
    Path xml = dir.resolve("result.xml");
    SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
        .newSchema(Path.of("src/test/resources/junit.xsd").toFile())
        .newValidator()
        .validate(new StreamSource(new StringReader(Files.readString(xml))));
    List<ReportTestSuite> suites =
        new TestSuiteXmlParser(new NullConsoleLogger()).parse(xml.toString());
    int all = suites.stream().mapToInt(ReportTestSuite::getNumberOfTests).sum();
    int failed = suites.stream().mapToInt(ReportTestSuite::getNumberOfFailures).sum();
    assertEquals(tests, all);
    assertTrue(failures == 0 ? failed == 0 : failed >= failures, failed + " failures");
  }

  @Test
  void anEditedTemplateIsFoundInTheHardware() throws Exception {
    only("cnn-int8");
    Path templates = dir.resolve("mine/rtl-templates");
    Files.createDirectories(templates);
    String text = Files.readString(Path.of("../rtl-templates/bl_drain.v.ftl"));
    assertTrue(text.contains("sum_q + bias"));
    Files.writeString(
        templates.resolve("bl_drain.v.ftl"), text.replace("sum_q + bias", "sum_q - bias"));
    JsonNode c = broken(Map.of("BITLOOM_TEMPLATES", dir.resolve("mine").toString()));
    names(c, "cnn-int8", "rtl", "conv1");
    Path project = dir.resolve("build/cnn-int8");
    assertTrue(Files.size(project.resolve("wave.fst")) > 100);
    assertTrue(Files.readString(project.resolve("wave.gtkw")).contains("TOP.bl_top.u_core"));
    int left = 0;
    CodeTensor small = NpyFile.read(project.resolve("smallest-input.npy"));
    for (int i = 0; i < small.size(); i++) {
      left += small.get(i) != small.get(0) ? 1 : 0;
    }
    assertTrue(left < small.size() / 2, left + " codes left");
  }

  private void edit(String file, String layer, java.util.function.UnaryOperator<Conv2d> change) {
    Path path = dir.resolve(file);
    QuantizedNetwork n = NetworkFile.read(path);
    List<Operation> ops =
        n.operations().stream()
            .map(o -> o.name().equals(layer) ? change.apply((Conv2d) o) : o)
            .toList();
    NetworkFile.write(
        path, new QuantizedNetwork(n.name(), n.tensors(), n.input(), n.output(), ops));
  }

  private static Conv2d with(Conv2d c, CodeTensor weights, Requantization r) {
    return new Conv2d(
        c.name(),
        c.input(),
        c.output(),
        c.window(),
        c.groups(),
        weights,
        c.weightFormat(),
        c.bias(),
        r,
        c.clamp());
  }

  private void editWeight(String file, String layer) {
    edit(
        file,
        layer,
        c -> {
          int[] w = c.weights().toArray();
          int step = Math.min(40, 1 << (c.weightFormat().bits() - 2));
          w[w.length / 2] += w[w.length / 2] > 0 ? -step : step;
          return with(c, CodeTensor.wrap(c.weights().shape(), w), c.requantization());
        });
  }

  @Test
  void anEditedWeightIsFoundInTheNetwork() throws Exception {
    only("cnn-int8");
    editWeight("cnn-int8.bitloom", "conv2");
    JsonNode c = broken(Map.of());
    names(c, "cnn-int8", "network", "conv2");
    assertTrue(c.toString().contains("weights changed"), c.toString());
  }

  @Test
  void anEditedRequantizationIsFoundInTheNetwork() throws Exception {
    only("cnn-int8");
    edit(
        "cnn-int8.bitloom",
        "conv1",
        c -> {
          MultiplierRequantization m = (MultiplierRequantization) c.requantization();
          List<QuantizedMultiplier> q = new ArrayList<>(m.multipliers());
          q.set(3, new QuantizedMultiplier(q.get(3).mantissa() - 1, q.get(3).exponent()));
          return with(c, c.weights(), new MultiplierRequantization(m.policy(), q));
        });
    JsonNode c = broken(Map.of());
    names(c, "cnn-int8", "network", "conv1");
    assertTrue(c.toString().contains("requantization changed"), c.toString());
  }

  @Test
  void anEditedGoldenIsFound() throws Exception {
    only("cnn-int8");
    Path file = dir.resolve("golden/cnn-int8.golden");
    Archive archive = new Archive("bitloom-golden", 1, "golden", "mend");
    byte[] before = Files.readAllBytes(file);
    Map<String, byte[]> entries = archive.decode(before, "golden");
    String first =
        entries.keySet().stream().filter(k -> k.startsWith("op")).sorted().toList().get(2);
    byte[] npy = entries.get(first);
    npy[npy.length - 1] ^= 1;
    Files.write(file, archive.encode(entries)); // with a right checksum
    QuantizedNetwork n = NetworkFile.read(dir.resolve("cnn-int8.bitloom"));
    names(broken(Map.of()), "cnn-int8", "reference", n.operations().get(2).name());

    byte[] damaged = before.clone();
    damaged[before.length / 2] ^= 4; // inside some compressed tensor
    Files.write(file, damaged);
    JsonNode c = broken(Map.of());
    assertEquals("golden", c.path("broken_link").asText(), c.toString());
  }

  @Test
  void recordingSaysWhatChanged() throws Exception {
    only("cnn-int8");
    editWeight("cnn-int8.bitloom", "conv2");
    Program.Result r = regress(Map.of(), "--update");
    assertEquals(0, r.status(), r.toString());
    assertTrue(r.out().contains("layer conv2: weights changed"), r.out());
    assertTrue(r.out().contains("codes changed, by up to"), r.out());
    assertEquals(0, regress(Map.of()).status());
  }

  @Test
  void wrongSuitesAreRefusedInOneLine() throws Exception {
    for (String[] c :
        new String[][] {
          {"name: x\ncases:\n  - {name: a, network: a.bitloom, input: b.npy, goldn: c}\n", "goldn"},
          {"name: x\ncases: []\n", "cases are missing"},
          {"name: x\ncases:\n  - {name: ../a, network: a, input: b}\n", "name of a case"},
          {"name: x\ncases:\n  - {name: a, network: no.bitloom, input: b.npy}\n", "no.bitloom"}
        }) {
      Files.writeString(dir.resolve("suite.yaml"), c[0]);
      Program.Result r = regress(Map.of());
      assertEquals(2, r.status(), r.toString());
      assertTrue(r.err().contains(c[1]), r.err());
    }
  }
}
