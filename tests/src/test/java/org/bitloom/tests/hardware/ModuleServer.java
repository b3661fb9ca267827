package org.bitloom.tests.hardware;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitloom.codegen.verify.Tool;
import org.bitloom.codegen.verilog.GeneratedFile;
import org.bitloom.codegen.verilog.RtlProject;
import org.bitloom.codegen.verilog.Templates;
import org.bitloom.simulator.plan.Plan;

/** One emitted module in Verilator, a clock cycle a call: set inputs, look at outputs, step. */
final class ModuleServer implements AutoCloseable {
  private static final Pattern PORT =
      Pattern.compile(
          "^\\s*(input|output)\\s+(?:wire|reg)\\s+(?:signed\\s+)?(?:\\[[^\\]]+\\]\\s*)?(\\w+)");

  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, BigInteger> values = new HashMap<>();
  private final Map<String, BigInteger> seen = new HashMap<>();
  private boolean looked;

  /** Builds a module of a plan's project in a folder, with parameters set. */
  ModuleServer(Plan plan, Path folder, String module, Map<String, Object> parameters) {
    Tool.requireVerilator();
    try {
      String text = "";
      for (GeneratedFile f : RtlProject.generate(plan)) {
        Path p = folder.resolve(f.path());
        Files.createDirectories(p.getParent());
        Files.writeString(p, f.content());
        if (f.path().equals("rtl/" + module + ".v")) {
          text = f.content();
        }
      }
      inputs = ports(text, "input");
      outputs = ports(text, "output");
      Files.writeString(
          folder.resolve(module + ".cpp"),
          Templates.render(
              "testbenches/module_server.cpp.ftl",
              Map.of("module", module, "inputs", inputs, "outputs", outputs)));
      build(folder, module, parameters);
      process =
          new ProcessBuilder("obj_" + module + "/server")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      in = process.outputWriter();
      out = process.inputReader();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    inputs.forEach(i -> values.put(i, BigInteger.ZERO));
  }

  private static void build(Path folder, String module, Map<String, Object> parameters) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "verilator",
                "--cc",
                "--exe",
                "--build",
                "-O3",
                "-CFLAGS",
                "-O0",
                "-MAKEFLAGS",
                "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0 OBJCACHE=ccache",
                "--top-module",
                module,
                "-Irtl",
                "-Mdir",
                "obj_" + module,
                "-o",
                "server",
                "rtl/" + module + ".v",
                module + ".cpp"));
    parameters.forEach(
        (k, v) -> command.add("-G" + k + "=" + (v instanceof String s ? "\"" + s + "\"" : v)));
    Tool.Output o = Tool.run(folder, command);
    if (o.status() != 0) {
      throw new AssertionError(o.output());
    }
  }

  private static List<String> ports(String verilog, String direction) {
    List<String> names = new ArrayList<>();
    for (String line : verilog.lines().toList()) {
      Matcher m = PORT.matcher(line);
      if (m.find() && m.group(1).equals(direction) && !m.group(2).equals("clk_i")) {
        names.add(m.group(2));
      }
    }
    return names;
  }

  /** Sets an input for this and later cycles; negative numbers are cut to {@code bits}. */
  void set(String port, long value, int bits) {
    set(port, BigInteger.valueOf(value).mod(BigInteger.ONE.shiftLeft(bits)));
  }

  /** Sets an input. */
  void set(String port, BigInteger value) {
    if (values.replace(port, value) == null) {
      throw new IllegalArgumentException("no input " + port);
    }
    if (looked) {
      throw new IllegalStateException("inputs of a cycle are set before its outputs are read");
    }
  }

  /** Sets a one-bit input. */
  void set(String port, boolean value) {
    set(port, value ? BigInteger.ONE : BigInteger.ZERO);
  }

  /** An output of this cycle, which ends its inputs. */
  BigInteger get(String port) {
    if (!looked) {
      look();
    }
    BigInteger v = seen.get(port);
    if (v == null) {
      throw new IllegalArgumentException("no output " + port);
    }
    return v;
  }

  /** A one-bit output. */
  boolean is(String port) {
    return get(port).signum() != 0;
  }

  /** Bits of an output as a signed number. */
  int signed(String port, int lsb, int bits) {
    int v = get(port).shiftRight(lsb).intValue() & (int) ((1L << bits) - 1);
    return v << (32 - bits) >> (32 - bits);
  }

  /** Whether there is such an input. */
  boolean has(String port) {
    return values.containsKey(port);
  }

  /** A one-bit output before the cycle's last inputs are known. */
  boolean peek(String port) {
    return is(port);
  }

  /** Changes an input after outputs have been read: for combinational paths through the test. */
  void again(String port, BigInteger value) {
    if (looked) {
      looked = false;
    }
    set(port, value);
  }

  /** Ends the cycle. */
  void step() {
    if (!looked) {
      look();
    }
    looked = false;
    send("edge");
  }

  private void send(String line) {
    try {
      in.write(line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void look() {
    StringBuilder line = new StringBuilder();
    inputs.forEach(i -> line.append(values.get(i).toString(16)).append(' '));
    try {
      in.write(line.append('\n').toString());
      in.flush();
      String answer = out.readLine();
      if (answer == null) {
        throw new AssertionError("the module's simulation ended");
      }
      String[] words = answer.trim().split(" ");
      if (words.length != outputs.size()) {
        throw new AssertionError("the simulation said: " + answer);
      }
      for (int i = 0; i < words.length; i++) {
        seen.put(outputs.get(i), new BigInteger(words[i], 16));
      }
      looked = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resets for two cycles. */
  void reset() {
    set("rst_i", true);
    step();
    step();
    set("rst_i", false);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
