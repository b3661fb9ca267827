<#import "header.ftl" as h><@h.header "bl_sequencer" "runs the steps of an inference one after the other and counts their cycles"/>
// Step 0 loads the input, the last step unloads the output, the others are layers. A step goes
//   START (its descriptor is stable, everything begins) - RUN (until done_i) - NEXT (the next descriptor arrives).
// Step 0 begins counting with the first beat of input; the last step ends with the last beat of output and has no
// NEXT of its own.
module bl_sequencer #(
    parameter integer STEPS = 4,  // at least 2
    parameter integer STW   = 2,  // bits of a step number
    parameter integer DW    = 64, // bits of a descriptor
    parameter         FILE  = ""  // descriptors
) (
    input  wire           clk_i,
    input  wire           rst_i,
    input  wire           enable_i,        // inferences may begin
    input  wire           beat_i,          // an input beat is taken
    input  wire           done_i,          // the step's work is done
    output wire           load_o,          // step 0 is running
    output wire           start_o,         // START of any step
    output wire           start_layer_o,
    output wire           start_unload_o,
    output wire           unload_o,        // the last step is running
    output wire [DW-1:0]  descriptor_o,
    output wire           busy_o,
    output wire [STW-1:0] step_o,
    output wire           step_end_o,      // last cycle of the step
    output wire [31:0]    step_cycles_o    // its cycles, at step_end_o
);
  localparam integer LAST_INT = STEPS - 1;
  localparam [STW-1:0] LAST = LAST_INT[STW-1:0];
  localparam [1:0] IDLE = 2'd0, START = 2'd1, RUN = 2'd2, NEXT = 2'd3;

  reg [1:0]     state_q, state_d;
  reg [STW-1:0] step_q, step_d;
  reg [STW-1:0] fetch_q;            // step whose descriptor the memory shows next
  reg           fetched_q;          // the memory shows the descriptor of the step to begin
  reg [DW-1:0]  descriptor_q;
  reg [31:0]    cycles_q;
  wire [DW-1:0] fetched;

  wire first = step_q == {STW{1'b0}};
  wire final_step = step_q == LAST;
  wire counting = first ? (state_q == RUN && (beat_i || cycles_q != 32'd0)) || state_q == NEXT : state_q != IDLE;

  assign load_o         = state_q == RUN && first;
  assign start_o        = state_q == START;
  assign start_layer_o  = state_q == START && !first && !final_step;
  assign start_unload_o = state_q == START && final_step;
  assign unload_o       = (state_q == START || state_q == RUN) && final_step;
  assign descriptor_o   = descriptor_q;
  assign busy_o         = !first || cycles_q != 32'd0;
  assign step_o         = step_q;
  assign step_end_o     = state_q == NEXT || (state_q == RUN && final_step && done_i);
  assign step_cycles_o  = cycles_q + 32'd1;

  bl_rom #(.WIDTH(DW), .DEPTH(STEPS), .ADDR(STW), .FILE(FILE)) u_descriptors (
      .clk_i(clk_i),
      .addr_i(fetch_q),
      .data_o(fetched)
  );

  always @* begin
    state_d = state_q;
    step_d  = step_q;
    case (state_q)
      IDLE: if (enable_i && fetched_q) state_d = START;
      START: state_d = RUN;
      RUN: begin
        if (done_i && !final_step) state_d = NEXT;
        if (done_i && final_step) begin
          state_d = IDLE;
          step_d  = {STW{1'b0}};
        end
      end
      default: begin
        state_d = START;
        step_d  = step_q + 1'b1;
      end
    endcase
  end

  always @(posedge clk_i) begin
    if (rst_i) begin
      state_q  <= IDLE;
      step_q   <= {STW{1'b0}};
      fetch_q  <= LAST;
      fetched_q <= 1'b0;
      cycles_q <= 32'd0;
    end else begin
      state_q  <= state_d;
      step_q   <= step_d;
      fetched_q <= state_q == IDLE && fetch_q == step_q;
      fetch_q  <= state_q == IDLE ? step_q : final_step ? LAST : step_q + 1'b1;
      cycles_q <= step_end_o ? 32'd0 : counting ? cycles_q + 32'd1 : cycles_q;
    end
    if (state_d == START) descriptor_q <= fetched;
  end
endmodule
<@h.footer/>
