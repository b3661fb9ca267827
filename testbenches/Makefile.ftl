# ${rtl.networkName} on ${rtl.slices} x ${rtl.lanes} multipliers. Written by Bitloom from template Makefile.ftl.
#   make            build in Verilator and compare with vectors.bin
#   make lint       Verilator -Wall, Icarus and Yosys read every file
#   make synth      Yosys, for an ECP5
#   make wave FROM=0 TO=2000   waveform of these cycles in wave.fst, for GTKWave or Surfer
RTL_DIR ?= rtl
RTL     := $(sort $(wildcard $(RTL_DIR)/*.v))
OBJ     ?= obj
DEFS    ?=
OPT     ?= -O1
VFLAGS  := --cc --exe --build -j 2 -O3 --x-assign fast --noassert -Wno-fatal --top-module bl_top \
           -MAKEFLAGS "OPT_FAST=$(OPT) OPT_SLOW=-O0 OPT_GLOBAL=-O0"
# A build that is cut short leaves nothing that looks finished: it is made aside and moved into place.
# C++ that was compiled before is taken from ccache, if there is one.
export OBJCACHE       ?= $(shell command -v ccache)
export CCACHE_DIR     ?= $(HOME)/.cache/bitloom/ccache
export CCACHE_MAXSIZE ?= 2G
FROM    ?= 0
TO      ?= 2000

.PHONY: run lint synth wave clean
run: $(OBJ)/bench
	$(OBJ)/bench vectors.bin result.json

$(OBJ)/bench: $(RTL) bench.cpp
	rm -rf $(OBJ).new
	verilator $(VFLAGS) $(DEFS) --Mdir $(OBJ).new -o bench $(RTL) bench.cpp
	rm -rf $(OBJ)
	mv $(OBJ).new $(OBJ)

lint:
	verilator --lint-only -Wall --top-module bl_top $(RTL)
	iverilog -g2012 -s bl_top -o /dev/null $(RTL)
	yosys -q -p "read_verilog -sv $(RTL); hierarchy -check -top bl_top"

synth:
	yosys -p "read_verilog -sv $(RTL); synth_ecp5 -top bl_top -json synth.json; stat" > synth.log
	tail -n 40 synth.log

wave: $(RTL) bench.cpp
	verilator $(VFLAGS) $(DEFS) --trace-fst --Mdir obj_wave -o bench $(RTL) bench.cpp
	obj_wave/bench vectors.bin wave.json --wave wave.fst --from $(FROM) --to $(TO)

clean:
	rm -rf obj obj.new obj_* result.json wave.json wave.fst synth.json synth.log
