<#import "header.ftl" as h><@h.header "bl_merge_multiply" "a second map joins the codes: residual addition (affine int8) or concatenation"/>
// One code a cycle; the result comes LATENCY = 10 cycles later.
//
// d_mode_i
// 0  the own code as it is
// 1  both less their zero points, times 2^20, scaled, added, scaled, plus the zero point, clamped
// 2  own + other - zero point (one of both is zero)
module bl_merge_multiply #(
    parameter integer SINGLE_ROUND = 0, // 1: TFLITE_SINGLE_ROUNDING
    parameter integer AB           = 8  // bits of a code
) (
    input  wire                 clk_i,
    input  wire [1:0]           d_mode_i,
    input  wire                 d_minus_own_i,
    input  wire                 d_minus_other_i,
    input  wire signed [AB-1:0] d_own_zero_i,
    input  wire signed [AB-1:0] d_other_zero_i,
    input  wire signed [AB-1:0] d_zero_i,
    input  wire signed [AB-1:0] d_lo_i,
    input  wire signed [AB-1:0] d_hi_i,
    input  wire [41:0]          d_own_i,      // multipliers, see bl_multiply_shift
    input  wire [41:0]          d_other_i,
    input  wire [41:0]          d_sum_i,
    input  wire signed [AB-1:0] s_own_i,
    input  wire signed [AB-1:0] s_other_i,
    output wire signed [AB-1:0] m_code_o
);
  wire signed [AB:0] own0   = {s_own_i[AB-1], s_own_i} - {d_own_zero_i[AB-1], d_own_zero_i};
  wire signed [AB:0] other0 = {s_other_i[AB-1], s_other_i} - {d_other_zero_i[AB-1], d_other_zero_i};
  wire signed [31:0] own4, other4, sum9;

  bl_multiply_shift #(.SINGLE_ROUND(SINGLE_ROUND), .XW(AB+1), .PRE(20)) u_own (
      .clk_i(clk_i),
      .x_i(own0),
      .param_i(d_own_i),
      .y_o(own4)
  );
  bl_multiply_shift #(.SINGLE_ROUND(SINGLE_ROUND), .XW(AB+1), .PRE(20)) u_other (
      .clk_i(clk_i),
      .x_i(other0),
      .param_i(d_other_i),
      .y_o(other4)
  );

  reg signed [31:0] sum5_q;
  always @(posedge clk_i)
    sum5_q <= (d_minus_own_i ? -own4 : own4) + (d_minus_other_i ? -other4 : other4);

  bl_multiply_shift #(.SINGLE_ROUND(SINGLE_ROUND), .XW(32)) u_sum (
      .clk_i(clk_i),
      .x_i(sum5_q),
      .param_i(d_sum_i),
      .y_o(sum9)
  );

  // what passes by
  reg  [9*AB-1:0]      pass_q;
  wire signed [AB-1:0] both = s_own_i + s_other_i - d_zero_i;
  wire signed [AB-1:0] pass = d_mode_i == 2'd2 ? both : s_own_i;
  always @(posedge clk_i) pass_q <= {pass_q[8*AB-1:0], pass};

  reg  signed [AB-1:0] code_q;
  wire signed [32:0]   sum9_x = {sum9[31], sum9};
  wire signed [32:0]   zero_x = {{(33-AB){d_zero_i[AB-1]}}, d_zero_i};
  wire signed [32:0]   lo_x   = {{(33-AB){d_lo_i[AB-1]}}, d_lo_i};
  wire signed [32:0]   hi_x   = {{(33-AB){d_hi_i[AB-1]}}, d_hi_i};
  wire signed [32:0]   code9  = sum9_x + zero_x;
  assign m_code_o = code_q;
  always @(posedge clk_i) begin
    if (d_mode_i != 2'd1) code_q <= pass_q[9*AB-1 -: AB];
    else if (code9 < lo_x) code_q <= d_lo_i;
    else if (code9 > hi_x) code_q <= d_hi_i;
    else code_q <= code9[AB-1:0];
  end
endmodule
<@h.footer/>
