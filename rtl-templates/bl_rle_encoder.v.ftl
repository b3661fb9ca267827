<#import "header.ftl" as h><@h.header "bl_rle_encoder" "run-length encoder of one slice, writing tokens to the feature memory"/>
// Takes one code a cycle, never stalls. Token = {last, run, value}: run zeros, then the value. A zero that would
// make a run longer than 2^RB - 1 becomes a token of its own; zeros at the end of a pixel are implied by last; a
// pixel of zeros is the token {1, 0, zero}. The newest token waits in a register, because only what follows
// tells whether it is the last; the token of a pixel's end is in memory two cycles after its code came in.
module bl_rle_encoder #(
    parameter integer AB  = 8,  // bits of a code
    parameter integer RB  = 4,  // bits of a run
    parameter integer FAW = 12  // bits of a feature memory address
) (
    input  wire           clk_i,
    input  wire           rst_i,
    input  wire           start_i,     // a new tensor begins at base_i
    input  wire [FAW-1:0] base_i,
    input  wire [AB-1:0]  zero_i,      // the code that counts as zero
    input  wire           s_valid_i,
    input  wire [AB-1:0]  s_data_i,
    input  wire           s_last_i,    // last code of this slice's part of the pixel
    output wire           we_o,        // feature memory write
    output wire [FAW-1:0] waddr_o,
    output wire [RB+AB:0] wdata_o,
    output wire [FAW-1:0] next_o       // address of the token made next: where a row that begins now starts
);
  localparam [RB-1:0] RUN_MAX = {RB{1'b1}};
  localparam [RB-1:0] RUN_0   = {RB{1'b0}};

  reg [RB-1:0]  run_q, run_d;
  reg           held_q, held_d;           // a token waits
  reg           held_last_q, held_last_d;
  reg [RB-1:0]  held_run_q, held_run_d;
  reg [AB-1:0]  held_value_q, held_value_d;
  reg [FAW-1:0] addr_q, addr_d;

  reg           make;                     // a new token comes to be
  wire          is_zero = s_data_i == zero_i;
  wire          in_pixel = held_q && !held_last_q; // the waiting token belongs to the current pixel

  assign we_o    = held_q && (held_last_q || make);
  assign waddr_o = addr_q;
  assign wdata_o = {held_last_q, held_run_q, held_value_q};
  assign next_o  = held_q ? addr_q + 1'b1 : addr_q;

  always @* begin
    make         = 1'b0;
    run_d        = run_q;
    held_d       = held_q;
    held_last_d  = held_last_q;
    held_run_d   = held_run_q;
    held_value_d = held_value_q;
    addr_d       = addr_q;
    if (s_valid_i) begin
      if (!is_zero) begin
        make  = 1'b1;
        run_d = RUN_0;
      end else if (s_last_i) begin
        make  = !in_pixel;
        run_d = RUN_0;
      end else if (run_q == RUN_MAX) begin
        make  = 1'b1;
        run_d = RUN_0;
      end else begin
        run_d = run_q + 1'b1;
      end
    end
    if (held_q && (held_last_q || make)) begin
      held_d = 1'b0;
      addr_d = addr_q + 1'b1;
    end
    if (make) begin
      held_d       = 1'b1;
      held_last_d  = s_last_i;
      held_run_d   = (is_zero && s_last_i) ? RUN_0 : run_q;
      held_value_d = s_data_i;
    end else if (s_valid_i && s_last_i) begin
      held_last_d = 1'b1;
    end
    if (start_i) begin
      run_d  = RUN_0;
      held_d = 1'b0;
      addr_d = base_i;
    end
  end

  always @(posedge clk_i) begin
    if (rst_i) begin
      run_q        <= RUN_0;
      held_q       <= 1'b0;
      held_last_q  <= 1'b0;
      held_run_q   <= RUN_0;
      held_value_q <= {AB{1'b0}};
      addr_q       <= {FAW{1'b0}};
    end else begin
      run_q        <= run_d;
      held_q       <= held_d;
      held_last_q  <= held_last_d;
      held_run_q   <= held_run_d;
      held_value_q <= held_value_d;
      addr_q       <= addr_d;
    end
  end
endmodule
<@h.footer/>
