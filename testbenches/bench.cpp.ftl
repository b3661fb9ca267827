// Runs the accelerator in Verilator on the samples of a vector file and compares every code of every layer, every
// output and every step's cycle count with it. Written by Bitloom from template bench.cpp.ftl.
//
//   bench VECTORS RESULT.json [--samples N] [--seed S --stall PERCENT] [--wave FILE.fst --from CYCLE --to CYCLE]
//
// Exit status: 0 all equal, 1 something differs, 2 the vector file cannot be used.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Vbl_top.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

constexpr int kSlices = ${rtl.slices};
constexpr int kBeat = ${rtl.slices * rtl.requantizers};  // codes of a beat inside
constexpr int kTaps = 4;
const char* const kTapNames[kTaps] = {"layer", "merge", "table", "pool"};
constexpr int kActBits = ${rtl.actBits};
constexpr int kBusBits = ${rtl.busCodeBits};
constexpr int kSteps = ${rtl.stepCount};
constexpr bool kLoadsWeights[kSteps] = {<#list rtl.weightLoads as w>${w?c}<#sep>, </#list>};
const char* const kStepNames[kSteps] = {<#list rtl.stepNames as n>"${n}"<#sep>, </#list>};

// ---- the vector file: 32-bit words, little endian -----------------------------------------------------------
struct Vectors {
  std::vector<int32_t> words;
  size_t at = 0;
  int samples = 0, inBeats = 0, outBeats = 0;
  std::vector<int> beats[kTaps];

  int32_t next() {
    if (at >= words.size()) {
      std::fprintf(stderr, "the vector file is cut\n");
      std::exit(2);
    }
    return words[at++];
  }

  void load(const char* file) {
    std::FILE* f = std::fopen(file, "rb");
    if (!f) {
      std::fprintf(stderr, "%s: cannot be opened\n", file);
      std::exit(2);
    }
    uint8_t b[4];
    while (std::fread(b, 1, 4, f) == 4)
      words.push_back(int32_t(b[0] | b[1] << 8 | b[2] << 16 | uint32_t(b[3]) << 24));
    std::fclose(f);
    if (next() != 0x424C5632 || next() != kSlices || next() != kSteps) {
      std::fprintf(stderr, "%s: is not a vector file for this accelerator\n", file);
      std::exit(2);
    }
    samples = next();
    inBeats = next();
    outBeats = next();
    for (int i = 0; i < kSteps; i++) {
      for (auto& b : beats) b.push_back(next());
    }
  }
};

// One sample's expectations, as offsets into the words.
struct Sample {
  size_t input = 0, output = 0, cycles = 0;
  std::vector<size_t> taps[kTaps];

  static Sample take(Vectors& v) {
    Sample s;
    auto skip = [&v](int beats, int codes) {
      size_t from = v.at;
      v.at += size_t(beats) * codes;
      return from;
    };
    s.input = skip(v.inBeats, kSlices);
    for (int i = 0; i < kSteps; i++) {
      for (int t = 0; t < kTaps; t++) s.taps[t].push_back(skip(v.beats[t][i], kBeat));
    }
    s.output = skip(v.outBeats, kSlices);
    s.cycles = v.at;
    v.at += kSteps;
    if (v.at > v.words.size()) {
      std::fprintf(stderr, "the vector file is cut\n");
      std::exit(2);
    }
    return s;
  }
};

// ---- signals of any width -----------------------------------------------------------------------------------
template <typename T> uint32_t bitsOf(const T& port, int lsb, int width) {
  return uint32_t((uint64_t(port) >> lsb) & ((uint64_t(1) << width) - 1));
}
template <std::size_t N> uint32_t bitsOf(const VlWide<N>& port, int lsb, int width) {
  uint32_t v = 0;
  for (int i = 0; i < width; i++) v |= ((port[(lsb + i) / 32] >> ((lsb + i) % 32)) & 1u) << i;
  return v;
}
template <typename T> void setBits(T& port, int lsb, int width, uint32_t v) {
  uint64_t mask = ((uint64_t(1) << width) - 1) << lsb;
  port = T((uint64_t(port) & ~mask) | ((uint64_t(v) << lsb) & mask));
}
template <std::size_t N> void setBits(VlWide<N>& port, int lsb, int width, uint32_t v) {
  for (int i = 0; i < width; i++) {
    uint32_t& word = port[(lsb + i) / 32];
    uint32_t bit = 1u << ((lsb + i) % 32);
    word = ((v >> i) & 1) ? word | bit : word & ~bit;
  }
}
template <typename T> int codeOf(const T& port, int lane, int stride) {
  uint32_t v = bitsOf(port, lane * stride, kActBits);
  return int32_t(v << (32 - kActBits)) >> (32 - kActBits);
}

<#if rtl.loadsWeights>
// ---- the outside memory of the weights: AXI4, two bursts, a beat a cycle after its latency ------------------------
class WeightMemory {
 public:
  static constexpr uint32_t kBase = 0x40000000;
  static constexpr int kBits = ${rtl.weightBusBits}, kLatency = ${rtl.weightBusLatency};

  explicit WeightMemory(const char* file) {
    std::FILE* f = std::fopen(file, "r");
    if (!f) {
      std::fprintf(stderr, "%s: cannot be opened\n", file);
      std::exit(2);
    }
    char line[64];
    while (std::fscanf(f, "%63s", line) == 1) beats_.push_back(line);
    std::fclose(f);
  }
  void reset() { bursts_.clear(); }
  // The inputs of this cycle; waits: the memory makes the machine wait.
  void drive(Vbl_top& top, bool waits) {
    top.m_axi_arready = !waits && bursts_.size() < 2;
    bool comes = !waits && !bursts_.empty() && cycle_ >= bursts_[0].ready;
    top.m_axi_rvalid = comes;
    top.m_axi_rlast = comes && bursts_[0].left == 1;
    top.m_axi_rresp = 0;
    if (!comes) return;
    const std::string& hex = bursts_[0].at < beats_.size() ? beats_[bursts_[0].at] : beats_[0];
    for (int i = 0; i < kBits / 8; i++)
      setBits(top.m_axi_rdata, 8 * i, 8, uint32_t(std::stoul(hex.substr(hex.size() - 2 * (i + 1), 2), nullptr, 16)));
  }
  // What the machine did in this cycle; false for an address it must not use.
  bool follow(const Vbl_top& top) {
    bool right = true;
    if (top.m_axi_rvalid && top.m_axi_rready) {
      bursts_[0].at++;
      if (--bursts_[0].left == 0) bursts_.erase(bursts_.begin());
    }
    if (top.m_axi_arvalid && top.m_axi_arready) {
      uint64_t offset = uint32_t(top.m_axi_araddr - kBase), bytes = uint64_t(top.m_axi_arlen + 1) * (kBits / 8);
      right = top.m_axi_arburst == 1 && (1 << top.m_axi_arsize) == kBits / 8 && offset / 4096 == (offset + bytes - 1) / 4096 &&
              (offset + bytes) / (kBits / 8) <= beats_.size();
      bursts_.push_back({cycle_ + kLatency, size_t(offset / (kBits / 8)), int(top.m_axi_arlen) + 1});
    }
    cycle_++;
    return right;
  }

 private:
  struct Burst {
    uint64_t ready;
    size_t at;
    int left;
  };
  std::vector<std::string> beats_;
  std::vector<Burst> bursts_;
  uint64_t cycle_ = 0;
};

</#if>
// ---- the run ------------------------------------------------------------------------------------------------
struct First {
  bool set = false;
  int sample = 0, step = 0, beat = 0, lane = 0, expected = 0, found = 0;
  const char* tap = "";
  uint64_t cycle = 0;
};

class Bench {
 public:
  Bench(const char* vectors, int samples, uint32_t seed, int stall) : rng_(seed), stall_(stall) {
    v_.load(vectors);
    if (samples > 0 && samples < v_.samples) v_.samples = samples;
    cycles_.resize(v_.samples);
  }

  void wave(const std::string& file, uint64_t from, uint64_t to) {
#if VM_TRACE
    Verilated::traceEverOn(true);
    trace_ = std::make_unique<VerilatedFstC>();
    top_.trace(trace_.get(), 99);
    trace_->open(file.c_str());
    from_ = from;
    to_ = to;
#else
    (void)file;
    (void)from;
    (void)to;
    std::fprintf(stderr, "built without waveforms: make wave\n");
    std::exit(2);
#endif
  }

  int run(const char* result) {
    reset();
    interrupt();
    for (sample_ = 0; sample_ < v_.samples && !hung_; sample_++) oneSample();
#if VM_TRACE
    if (trace_) trace_->close();
#endif
    write(result);
    return mismatches_ == 0 ? 0 : 1;
  }

 private:
  Vectors v_;
  Vbl_top top_;
  Sample s_;
  uint32_t rng_;
  int stall_;
  int sample_ = 0;
  uint64_t now_ = 0, compared_ = 0, mismatches_ = 0, cycleMismatches_ = 0;
  uint64_t from_ = 0, to_ = 0;
  bool hung_ = false, memoryWaits_ = false;
  First first_;
  std::vector<std::vector<int64_t>> cycles_;
  std::vector<int> seen_[kTaps];
#if VM_TRACE
  std::unique_ptr<VerilatedFstC> trace_;
#endif

<#if rtl.loadsWeights>
  WeightMemory weights_{"mem/weights.hex"};
</#if>
  void settle() {
    top_.clk = 0;
<#if rtl.loadsWeights>
    weights_.drive(top_, memoryWaits_);
</#if>
    top_.eval();
    dump(0);
  }
  void edge() {
<#if rtl.loadsWeights>
    if (!weights_.follow(top_)) check("address", step(), 0, 0, 0, int(top_.m_axi_araddr));
    memoryWaits_ = stalls();
</#if>
    top_.clk = 1;
    top_.eval();
    dump(1);
    now_++;
  }
  void clock() {
    settle();
    edge();
  }
  void dump(int half) {
#if VM_TRACE
    if (trace_ && now_ >= from_ && now_ <= to_) trace_->dump(now_ * 2 + half);
    if (trace_ && now_ > to_) hung_ = true;  // enough seen
#else
    (void)half;
#endif
  }
  bool stalls() {
    rng_ = rng_ * 1664525u + 1013904223u;
    return int((rng_ >> 16) % 100) < stall_;
  }

  void reset() {
    top_.rst = 1;
    for (int i = 0; i < 4; i++) clock();
    top_.rst = 0;
<#if rtl.loadsWeights>
    weights_.reset();
    write32(0x01C, WeightMemory::kBase);
</#if>
  }
  void offer(int beat) {
    for (int lane = 0; lane < kSlices; lane++)
      setBits(top_.s_axis_tdata, lane * kBusBits, kBusBits, uint32_t(v_.words[s_.input + size_t(beat) * kSlices + lane]));
  }
  // Begins the first sample and resets in the middle of it: nothing of it may be left.
  void interrupt() {
    if (v_.samples == 0) return;
    size_t at = v_.at;
    s_ = Sample::take(v_);
    v_.at = at;
    top_.m_axis_tready = 1;
    int in = 0;
    for (uint64_t end = now_ + expectedCycles() * 2 / 3; now_ < end;) {
      top_.s_axis_tvalid = in < v_.inBeats;
      if (in < v_.inBeats) offer(in);
      settle();
      if (top_.s_axis_tvalid && top_.s_axis_tready) in++;
      edge();
    }
    top_.s_axis_tvalid = 0;
    top_.m_axis_tready = 0;
    reset();
  }

  void check(const char* tap, int step, int beat, int lane, int expected, int found) {
    compared_++;
    if (expected == found) return;
    mismatches_++;
    if (!std::strcmp(tap, "cycles")) cycleMismatches_++;
    if (first_.set) return;
    first_ = {true, sample_, step, beat, lane, expected, found, tap, now_};
  }

  // Taps without expectations in a step show what another one has shown.
  template <typename T> void tap(int t, int step, const T& codes) {
    if (v_.beats[t][step] == 0) return;
    int beat = seen_[t][step]++;
    if (beat >= v_.beats[t][step]) {
      check("beats", step, beat, 0, v_.beats[t][step], beat + 1);
      return;
    }
    for (int lane = 0; lane < kBeat; lane++)
      check(kTapNames[t], step, beat, lane, v_.words[s_.taps[t][step] + size_t(beat) * kBeat + lane],
            codeOf(codes, lane, kActBits));
  }

#ifdef BL_NO_TAPS  // RTL whose top has lost its taps: outputs and cycle counters only
  void observe() {}
  int step() { return 0; }
#else
  int step() { return top_.tap_step; }
  void observe() {
    int step = top_.tap_step;
    if (step >= kSteps) return;
    if (top_.tap_layer_valid) tap(0, step, top_.tap_layer_codes);
    if (top_.tap_merge_valid) tap(1, step, top_.tap_merge_codes);
    if (top_.tap_table_valid) tap(2, step, top_.tap_table_codes);
    if (top_.tap_pool_valid) tap(3, step, top_.tap_pool_codes);
  }
#endif

  void oneSample() {
    s_ = Sample::take(v_);
    for (auto& s : seen_) s.assign(kSteps, 0);
    int in = 0, out = 0;
    bool offered = false;
    uint64_t begun = now_;
    while (out < v_.outBeats && !hung_) {
      if (!offered && in < v_.inBeats && !stalls()) {
        offered = true;
        offer(in);
      }
      top_.s_axis_tvalid = offered;
      top_.m_axis_tready = !stalls();
      settle();
      observe();
      if (offered && top_.s_axis_tready) {
        offered = false;
        in++;
      }
      if (top_.m_axis_tvalid && top_.m_axis_tready) {
        for (int lane = 0; lane < kSlices; lane++)
          check("output", kSteps - 1, out, lane, v_.words[s_.output + size_t(out) * kSlices + lane],
                codeOf(top_.m_axis_tdata, lane, kBusBits));
        out++;
        if (bool(top_.m_axis_tlast) != (out == v_.outBeats))
          check("last", kSteps - 1, out - 1, 0, out == v_.outBeats, top_.m_axis_tlast);
      }
      edge();
      if (now_ - begun > 400000000ull || (now_ - begun > 20000 + 4 * expectedCycles() * (stall_ ? 100 / (101 - stall_) + 1 : 1))) {
        check("hang", step() < kSteps ? step() : kSteps - 1, 0, 0, 0, 1);
        hung_ = true;
      }
    }
    top_.s_axis_tvalid = 0;
    top_.m_axis_tready = 0;
    if (hung_) return;
    for (int i = 0; i < kSteps; i++) {
#ifndef BL_NO_TAPS
      for (int t = 0; t < kTaps; t++) check("beats", i, seen_[t][i], 0, v_.beats[t][i], seen_[t][i]);
#endif
    }
    clock();
    int64_t total = 0;
    for (int i = 0; i < kSteps; i++) {
      int64_t c = read(0x100 + 4 * i);
      cycles_[sample_].push_back(c);
      total += c;
      // With stalls on the buses, the first and the last step wait for the host.
      bool bus = i == 0 || i == kSteps - 1 || kLoadsWeights[i];
      if (!(stall_ && bus)) check("cycles", i, 0, 0, v_.words[s_.cycles + i], int(c));
    }
    check("cycles", kSteps - 1, 0, 1, int(total), int(read(0x010)));
    check("argmax", kSteps - 1, 0, 0, expectedArgmax(), int(read(0x020)));
  }

  int expectedArgmax() const {
    constexpr int kChannels = ${rtl.outChannels}, kPixelBeats = (kChannels + kSlices - 1) / kSlices;
    int at = -1, index = 0;
    int32_t best = 0;
    for (int beat = 0; beat < v_.outBeats; beat++)
      for (int lane = 0; lane < kSlices && beat % kPixelBeats * kSlices + lane < kChannels; lane++, index++) {
        int32_t code = v_.words[s_.output + size_t(beat) * kSlices + lane];
        if (at < 0 || code > best) at = index, best = code;
      }
    return at;
  }

  uint64_t expectedCycles() const {
    uint64_t n = 0;
    for (int i = 0; i < kSteps; i++) n += uint64_t(v_.words[s_.cycles + i]);
    return n;
  }

  void write32(int address, uint32_t v) {
    top_.s_axil_awaddr = address;
    top_.s_axil_wdata = v;
    top_.s_axil_wstrb = 15;
    top_.s_axil_awvalid = top_.s_axil_wvalid = 1;
    clock();
    top_.s_axil_awvalid = top_.s_axil_wvalid = 0;
    top_.s_axil_bready = 1;
    clock();
    top_.s_axil_bready = 0;
  }

  uint32_t read(int address) {
    top_.s_axil_araddr = address;
    top_.s_axil_arvalid = 1;
    settle();
    while (!top_.s_axil_arready) {
      edge();
      settle();
    }
    edge();
    top_.s_axil_arvalid = 0;
    top_.s_axil_rready = 1;
    settle();
    while (!top_.s_axil_rvalid) {
      edge();
      settle();
    }
    uint32_t v = top_.s_axil_rdata;
    edge();
    top_.s_axil_rready = 0;
    return v;
  }

  void write(const char* file) {
    std::FILE* f = std::fopen(file, "w");
    if (!f) {
      std::fprintf(stderr, "%s: cannot be written\n", file);
      std::exit(2);
    }
    std::fprintf(f, "{\"samples\": %d, \"values_compared\": %llu, \"mismatches\": %llu, \"cycle_mismatches\": %llu, \"clock_cycles\": %llu,\n \"first\": ",
                 sample_, (unsigned long long)compared_, (unsigned long long)mismatches_, (unsigned long long)cycleMismatches_,
                 (unsigned long long)now_);
    if (first_.set)
      std::fprintf(f, "{\"sample\": %d, \"step\": %d, \"tap\": \"%s\", \"beat\": %d, \"lane\": %d, \"expected\": %d, \"found\": %d, \"cycle\": %llu}",
                   first_.sample, first_.step, first_.tap, first_.beat, first_.lane, first_.expected, first_.found,
                   (unsigned long long)first_.cycle);
    else
      std::fprintf(f, "null");
    std::fprintf(f, ",\n \"cycles\": [");
    for (size_t i = 0; i < cycles_.size(); i++) {
      std::fprintf(f, "%s[", i ? ", " : "");
      for (size_t j = 0; j < cycles_[i].size(); j++) std::fprintf(f, "%s%lld", j ? ", " : "", (long long)cycles_[i][j]);
      std::fprintf(f, "]");
    }
    std::fprintf(f, "]}\n");
    std::fclose(f);
    if (first_.set)
      std::printf("DIFFERENT: sample %d, step %s, %s beat %d lane %d: expected %d, found %d, cycle %llu (%llu of %llu differ)\n",
                  first_.sample, kStepNames[first_.step], first_.tap, first_.beat, first_.lane, first_.expected,
                  first_.found, (unsigned long long)first_.cycle, (unsigned long long)mismatches_, (unsigned long long)compared_);
    else
      std::printf("EQUAL: %d samples, %llu values and cycle counts\n", sample_, (unsigned long long)compared_);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench VECTORS RESULT.json [--samples N] [--seed S --stall PERCENT] [--wave FILE --from C --to C]\n");
    return 2;
  }
  int samples = 0, stall = 0;
  uint32_t seed = 1;
  std::string wave;
  uint64_t from = 0, to = 1000000;
  for (int i = 3; i + 1 < argc; i += 2) {
    std::string o = argv[i];
    if (o == "--samples") samples = std::atoi(argv[i + 1]);
    else if (o == "--seed") seed = uint32_t(std::strtoul(argv[i + 1], nullptr, 10));
    else if (o == "--stall") stall = std::atoi(argv[i + 1]);
    else if (o == "--wave") wave = argv[i + 1];
    else if (o == "--from") from = std::strtoull(argv[i + 1], nullptr, 10);
    else if (o == "--to") to = std::strtoull(argv[i + 1], nullptr, 10);
    else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  if (!wave.empty()) Verilated::traceEverOn(true);
  Bench bench(argv[1], samples, seed, stall);
  if (!wave.empty()) bench.wave(wave, from, to);
  return bench.run(argv[2]);
}
