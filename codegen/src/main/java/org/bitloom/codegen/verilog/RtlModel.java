package org.bitloom.codegen.verilog;

import java.util.List;
import java.util.Locale;
import org.bitloom.fixedpoint.file.NetworkFile;
import org.bitloom.fixedpoint.requantize.RoundingPolicy;
import org.bitloom.simulator.config.AcceleratorConfig;
import org.bitloom.simulator.plan.Bits;
import org.bitloom.simulator.plan.Descriptors;
import org.bitloom.simulator.plan.LayerStep;
import org.bitloom.simulator.plan.LoadStep;
import org.bitloom.simulator.plan.Parameters;
import org.bitloom.simulator.plan.Plan;
import org.bitloom.simulator.plan.Step;
import org.bitloom.simulator.plan.UnloadStep;
import org.bitloom.simulator.plan.WeightStep;
import org.bitloom.simulator.plan.Widths;

/** What the templates may say: the plan's numbers under the names used there. */
public final class RtlModel {
  private final Plan plan;
  private final Descriptors descriptors;
  private final String hash;

  RtlModel(Plan plan, Descriptors descriptors) {
    this.plan = plan;
    this.descriptors = descriptors;
    this.hash = NetworkFile.sha256(NetworkFile.encode(plan.network())).substring(0, 16);
  }

  private AcceleratorConfig config() {
    return plan.config();
  }

  private Widths widths() {
    return plan.widths();
  }

  /** Text that is safe in a comment and in a C string. */
  static String plain(String s) {
    String t = s.replaceAll("[^A-Za-z0-9_./ -]", "_");
    return t.length() > 60 ? t.substring(0, 60) : t;
  }

  /** The network's name, made safe. */
  public String getNetworkName() {
    return plain(plan.network().name());
  }

  /** Start of the SHA-256 of the network's file. */
  public String getNetworkHash() {
    return hash;
  }

  /** Slices. */
  public int getSlices() {
    return config().slices();
  }

  /** Lanes of a slice. */
  public int getLanes() {
    return config().lanes();
  }

  /** A line about each step. */
  public List<String> getSteps() {
    return plan.steps().stream().map(this::describe).toList();
  }

  private String describe(Step s) {
    return switch (s) {
      case LoadStep l -> "input: " + l.layout().shape() + ", " + l.beats() + " beats";
      case LayerStep l ->
          plain(l.name())
              + ": "
              + l.kind()
              + " "
              + l.input().shape()
              + " -> "
              + plan.network().tensor(l.post().out().tensor()).shape()
              + (l.scatter() != null ? ", scattered" : "")
              + ", weights from word "
              + l.weightBase()
              + (l.pool().present() ? ", pooled" : "");
      case WeightStep w -> plain(w.name()) + ": " + w.beats() + " beats over AXI4";
      case UnloadStep u -> "output: " + u.layout().shape() + ", " + u.beats() + " beats";
    };
  }

  /** Names of the steps, made safe. */
  public List<String> getStepNames() {
    return plan.steps().stream().map(s -> plain(s.name())).toList();
  }

  /** Whether each step loads weights. */
  public List<Boolean> getWeightLoads() {
    return plan.steps().stream().map(WeightStep.class::isInstance).toList();
  }

  /** Number of steps. */
  public int getStepCount() {
    return plan.steps().size();
  }

  /** Bits of a step number. */
  public int getStepBits() {
    return Bits.forIndex(getStepCount());
  }

  /** Bits of an activation code. */
  public int getActBits() {
    return widths().activation();
  }

  /** Bits of a code on the bus. */
  public int getBusCodeBits() {
    return widths().activation() <= 8 ? 8 : 16;
  }

  /** Bits of the stream buses. */
  public int getBusBits() {
    return getBusCodeBits() * getSlices();
  }

  /** How weights are stored: integer, power or book. */
  public String getWeightKind() {
    return widths().weightCode().kind().name().toLowerCase(Locale.ROOT);
  }

  /** Whether weights come from outside. */
  public boolean isLoadsWeights() {
    return plan.loadsWeights();
  }

  /** Bits of the bus they come over. */
  public int getWeightBusBits() {
    return config().weightBus().bits();
  }

  /** Logarithm of its bytes. */
  public int getWeightBusSize() {
    return Integer.numberOfTrailingZeros(getWeightBusBits() / 8);
  }

  /** Latency of the memory behind it that cycles are modelled for. */
  public int getWeightBusLatency() {
    return config().weightBus().latency();
  }

  /** Beats of a slice's word. */
  public int getWordBeats() {
    return plan.weightLoads().getFirst().wordBeats();
  }

  /** Bits of the number of beats of a load. */
  public int getLoadBeatBits() {
    return descriptors.loadBeatBits();
  }

  /** Bits of a beat's number within a word. */
  public int getWordBeatBits() {
    return Bits.forIndex(getWordBeats());
  }

  /** Bits of a stored weight. */
  public int getStoredWeightBits() {
    return widths().weightCode().bits();
  }

  /** Integers of a book. */
  public int getBookEntries() {
    return widths().weightCode().entries();
  }

  /** Bits of the integer a weight stands for. */
  public int getWeightBits() {
    return widths().weight();
  }

  /** Bits of a run. */
  public int getRunBits() {
    return config().runBits();
  }

  /** Bits of an accumulator. */
  public int getAccBits() {
    return widths().accumulator();
  }

  /** Bits of a coordinate. */
  public int getCoordinateBits() {
    return widths().coordinate();
  }

  /** Tokens of a feature memory. */
  public int getFeatureWords() {
    return widths().featureWords();
  }

  /** Bits of its address. */
  public int getFeatureAddressBits() {
    return widths().featureAddress();
  }

  /** Row pointers. */
  public int getRowWords() {
    return widths().rowWords();
  }

  /** Bits of a row pointer's index. */
  public int getRowAddressBits() {
    return widths().rowAddress();
  }

  /** Words of a weight memory. */
  public int getWeightWords() {
    return widths().weightWords();
  }

  /** Bits of its address. */
  public int getWeightAddressBits() {
    return widths().weightAddress();
  }

  /** Words of the parameter memory. */
  public int getParamWords() {
    return widths().paramWords();
  }

  /** Bits of its address. */
  public int getParamAddressBits() {
    return widths().paramAddress();
  }

  /** Bits of a channel's requantization parameters. */
  public int getRequantBits() {
    return Parameters.requantBits(isMultiply());
  }

  /** Whether requantization multiplies. */
  public boolean isMultiply() {
    return plan.multiplies();
  }

  /** Whether it rounds once. */
  public boolean isSingleRounding() {
    return plan.policy() == RoundingPolicy.SINGLE;
  }

  /** Requantizers of a slice. */
  public int getRequantizers() {
    return config().requantizers();
  }

  /** Logarithm of that number. */
  public int getRequantizerLog() {
    return Integer.numberOfTrailingZeros(getRequantizers());
  }

  /** Bits of a requantizer's index. */
  public int getRequantizerBits() {
    return Bits.forIndex(getRequantizers());
  }

  /** Bits of a number of requantizers. */
  public int getRequantizerCountBits() {
    return Bits.forCount(getRequantizers());
  }

  /** Bits of a beat of codes inside. */
  public int getBeatCodeBits() {
    return config().codesPerBeat() * getActBits();
  }

  /** Registers of a multiplier. */
  public int getMultiplyStages() {
    return config().multiplyStages();
  }

  /** Lanes along a row index in depthwise layers, 0 without such layers. */
  public int getScatterRows() {
    return widths().scatterRows();
  }

  /** Lanes along a column index. */
  public int getScatterColumns() {
    return widths().scatterColumns();
  }

  /** Accumulators of a lane in each bank. */
  public int getScatterWords() {
    return widths().scatterWords();
  }

  /** Bits of their address. */
  public int getScatterAddressBits() {
    return widths().scatterAddress();
  }

  /** Whether a second map may join. */
  public boolean isMerge() {
    return widths().merge();
  }

  /** Beats of the side memory. */
  public int getSideWords() {
    return Math.max(widths().sideWords(), 2);
  }

  /** Bits of its address. */
  public int getSideAddressBits() {
    return widths().sideAddress();
  }

  /** Largest alignment of a dynamic fixed point addition. */
  public int getAlign() {
    return widths().align();
  }

  /** Largest left shift of its sum. */
  public int getMergeLeft() {
    return widths().mergeLeft();
  }

  /** Functions looked up. */
  public int getTables() {
    return widths().tables();
  }

  /** Bits of a table's index. */
  public int getTableBits() {
    return Bits.forIndex(getTables());
  }

  /** Largest left shift of a requantization without a multiplier. */
  public int getLeftShift() {
    return widths().leftShift();
  }

  /** Fields of a descriptor. */
  public List<Descriptors.Field> getFields() {
    return descriptors.fields();
  }

  /** Bits of a descriptor. */
  public int getDescriptorBits() {
    return descriptors.bits();
  }

  /** Bits of the number of output beats. */
  public int getOutBeatBits() {
    return Bits.forIndex(widths().outBeats());
  }

  /** Bits of a slice's index. */
  public int getSliceBits() {
    return Bits.forIndex(getSlices());
  }

  /** Bits of a number of slices. */
  public int getSliceCountBits() {
    return Bits.forCount(getSlices());
  }

  /** Most rows of a kernel. */
  public int getKernelRows() {
    return widths().kernelRows();
  }

  /** Bits of a kernel row. */
  public int getKernelRowBits() {
    return Bits.forIndex(widths().kernelRows());
  }

  /** Windows a slice may run ahead. */
  public int getFifoDepth() {
    return config().fifoDepth();
  }

  /** Bits of a FIFO pointer. */
  public int getFifoAddressBits() {
    return Bits.forIndex(getFifoDepth());
  }

  /** Bits of a FIFO's fill level. */
  public int getFifoCountBits() {
    return Bits.forCount(getFifoDepth());
  }

  /** Bits of a beat within a group. */
  public int getBeatBits() {
    return descriptors.beatBits();
  }

  /** Bits of a pooling sum. */
  public int getSumBits() {
    return widths().poolSum();
  }

  /** Bits of a pooling reciprocal. */
  public int getReciprocalBits() {
    return widths().reciprocal();
  }

  /** Bits of its shift. */
  public int getReciprocalShiftBits() {
    return descriptors.reciprocalShiftBits();
  }

  /** Beats of the pooled row that waits. */
  public int getPoolWords() {
    return widths().poolWords();
  }

  /** Bits of its address. */
  public int getPoolAddressBits() {
    return widths().poolAddress();
  }

  /** Channels of the output map. */
  public int getOutChannels() {
    return plan.unload().layout().shape().channels();
  }

  /** Codes that exist in the last beat of an output pixel. */
  public int getOutTail() {
    return (getOutChannels() - 1) % getSlices() + 1;
  }

  /** How the input map comes. */
  public String getInputComment() {
    LoadStep l = plan.load();
    return l.layout().shape()
        + " in "
        + plan.network().inputSpec().format().describe()
        + ", dealt by "
        + (l.layout().columns() ? "column" : "channel")
        + ", "
        + l.beats()
        + " beats, see bl_load";
  }

  /** How the output map leaves. */
  public String getOutputComment() {
    UnloadStep u = plan.unload();
    return u.layout().shape()
        + " in "
        + plan.network().tensor(u.tensor()).format().describe()
        + ", "
        + u.beats()
        + " beats, see bl_unload";
  }
}
