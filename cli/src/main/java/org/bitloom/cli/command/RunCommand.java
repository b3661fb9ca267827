package org.bitloom.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitloom.cli.input.Dump;
import org.bitloom.fixedpoint.execute.FastExecutor;
import org.bitloom.fixedpoint.network.QuantizedNetwork;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bitloom run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs a quantized network on integers, exactly as defined.",
    footer = {
      "",
      "Example:",
      "  bitloom run cnn.bitloom --input x.npy --output y.npy --dump tensors"
    })
public final class RunCommand implements Callable<Integer> {
  @Mixin private NetworkOptions options;

  @Option(names = "--output", paramLabel = "Y.npy", description = "write the network's outputs")
  private Path output;

  @Option(
      names = "--dump",
      paramLabel = "DIR",
      description = "write every tensor as opNN.npy, in operator order")
  private Path dump;

  @Override
  public Integer call() {
    QuantizedNetwork network = options.network();
    FastExecutor executor = new FastExecutor(network);
    List<List<CodeTensor>> results =
        options.inputs(network).parallelStream().map(executor::run).toList();
    write(network, results, output, dump);
    ArrayNode outputs = new ObjectMapper().createArrayNode();
    for (List<CodeTensor> r : results) {
      ArrayNode codes = outputs.addArray();
      for (int c : r.get(network.output()).toArray()) {
        codes.add(c);
      }
      if (!options.json) {
        System.out.println(codes);
      }
    }
    if (options.json) {
      ObjectNode o = new ObjectMapper().createObjectNode().put("samples", results.size());
      o.set("outputs", outputs);
      System.out.println(o);
    }
    return 0;
  }

  /** Writes what was asked for; a null path asks for nothing. */
  static void write(
      QuantizedNetwork network, List<List<CodeTensor>> results, Path output, Path dump) {
    if (output != null) {
      Dump.one(output, network, results, network.output());
    }
    if (dump != null) {
      Dump.all(dump, network, results);
    }
  }
}
