<#import "header.ftl" as h><@h.header "bl_requant_multiply" "requantization by a 31-bit multiplier and a shift (affine int8)"/>
// One accumulator a cycle; the code comes LATENCY = 5 cycles later: four in bl_multiply_shift, then zero point and clamp.
module bl_requant_multiply #(
    parameter integer SINGLE_ROUND = 0,  // 1: TFLITE_SINGLE_ROUNDING
    parameter integer ACCW         = 24, // bits of an accumulator, 2 to 32
    parameter integer AB           = 8   // bits of a code
) (
    input  wire                   clk_i,
    input  wire                   rst_i,
    input  wire signed [AB-1:0]   d_zero_i,  // zero point of the output
    input  wire signed [AB-1:0]   d_lo_i,    // smallest code
    input  wire signed [AB-1:0]   d_hi_i,    // largest code
    input  wire                   s_valid_i,
    input  wire signed [ACCW-1:0] s_acc_i,
    input  wire [41:0]            s_param_i, // see bl_multiply_shift
    output wire                   m_valid_o,
    output wire signed [AB-1:0]   m_code_o
);
  reg [4:0] valid_q;
  always @(posedge clk_i) begin
    if (rst_i) valid_q <= 5'd0;
    else valid_q <= {valid_q[3:0], s_valid_i};
  end
  assign m_valid_o = valid_q[4];

  wire signed [31:0] y4;
  bl_multiply_shift #(.SINGLE_ROUND(SINGLE_ROUND), .XW(ACCW)) u_scale (
      .clk_i(clk_i),
      .x_i(s_acc_i),
      .param_i(s_param_i),
      .y_o(y4)
  );

  reg signed [AB-1:0] code_q;
  wire signed [32:0]  y4_x   = {y4[31], y4};
  wire signed [32:0]  zero_x = {{(33-AB){d_zero_i[AB-1]}}, d_zero_i};
  wire signed [32:0]  lo_x   = {{(33-AB){d_lo_i[AB-1]}}, d_lo_i};
  wire signed [32:0]  hi_x   = {{(33-AB){d_hi_i[AB-1]}}, d_hi_i};
  wire signed [32:0]  code5  = y4_x + zero_x;
  assign m_code_o = code_q;
  always @(posedge clk_i) begin
    if (code5 < lo_x) code_q <= d_lo_i;
    else if (code5 > hi_x) code_q <= d_hi_i;
    else code_q <= code5[AB-1:0];
  end
endmodule
<@h.footer/>
