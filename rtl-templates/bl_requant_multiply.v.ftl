<#import "header.ftl" as h><@h.header "bl_requant_multiply" "requantization by a 31-bit multiplier and a shift (affine int8)"/>
// One accumulator a cycle; the code comes LATENCY = 5 cycles later.
// Parameters of a channel: {right shift (6), left shift (5), multiplier (31)}.
//
// policy          product                               result
// SINGLE_ROUND=0  h = (acc << left) * mult, rounded     h / 2^right, nearest, ties away from zero
//                 half up to its high part (>> 31)
// SINGLE_ROUND=1  p = acc * mult                        (p + 2^(right-1)) >> right
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
    input  wire [41:0]            s_param_i,
    output wire                   m_valid_o,
    output wire signed [AB-1:0]   m_code_o
);
  wire [30:0] mult  = s_param_i[30:0];
  wire [4:0]  left  = s_param_i[35:31];
  wire [5:0]  right = s_param_i[41:36];

  reg [4:0] valid_q;
  always @(posedge clk_i) begin
    if (rst_i) valid_q <= 5'd0;
    else valid_q <= {valid_q[3:0], s_valid_i};
  end
  assign m_valid_o = valid_q[4];

  // 1: shift left
  wire signed [31:0] acc_x;
  generate
    if (ACCW < 32) begin : gen_extend
      assign acc_x = {{(32-ACCW){s_acc_i[ACCW-1]}}, s_acc_i};
    end else begin : gen_whole
      assign acc_x = s_acc_i;
    end
  endgenerate
  reg signed [31:0] x1_q;
  reg        [30:0] mult1_q;
  reg        [5:0]  right1_q;
  always @(posedge clk_i) begin
    x1_q     <= acc_x <<< left;
    mult1_q  <= mult;
    right1_q <= right;
  end

  // 2: multiply
  wire signed [63:0] x1_x    = {{32{x1_q[31]}}, x1_q};
  wire signed [63:0] mult1_x = {33'd0, mult1_q};
  reg  signed [63:0] p2_q;
  reg         [5:0]  right2_q;
  always @(posedge clk_i) begin
    p2_q     <= x1_x * mult1_x;
    right2_q <= right1_q;
  end

  // 3 and 4: round
  wire signed [31:0] y4;
  generate
    if (SINGLE_ROUND == 0) begin : gen_double
      wire signed [63:0] p_half  = p2_q + 64'sd1073741824;
      wire signed [63:0] high    = p_half >>> 31;
      reg  signed [31:0] h3_q;
      reg         [5:0]  right3_q;
      wire               unused_high = ^high[63:32];
      always @(posedge clk_i) begin
        h3_q     <= high[31:0];
        right3_q <= right2_q;
      end
      // half away from zero: add a half, a whisker less for negative numbers
      wire signed [33:0] half3   = (34'sd1 <<< right3_q) >>> 1;
      wire signed [33:0] h3_x    = {{2{h3_q[31]}}, h3_q};
      wire signed [33:0] minus3  = {33'd0, h3_q[31] && right3_q != 6'd0};
      wire signed [33:0] s3      = h3_x + half3 - minus3;
      wire signed [33:0] y3      = s3 >>> right3_q;
      reg  signed [31:0] y4_q;
      wire               unused_y3 = ^y3[33:32];
      always @(posedge clk_i) y4_q <= y3[31:0];
      assign y4 = y4_q;
    end else begin : gen_single
      wire signed [63:0] half2  = (64'sd1 <<< right2_q) >>> 1;
      reg  signed [63:0] s3_q;
      reg         [5:0]  right3_q;
      always @(posedge clk_i) begin
        s3_q     <= p2_q + half2;
        right3_q <= right2_q;
      end
      wire signed [63:0] y3 = s3_q >>> right3_q;
      wire               fits = y3[63:31] == {33{y3[63]}};
      reg  signed [31:0] y4_q; // beyond 32 bits the clamp decides by the sign alone
      always @(posedge clk_i) y4_q <= fits ? y3[31:0] : {y3[63], {31{!y3[63]}}};
      assign y4 = y4_q;
    end
  endgenerate

  // 5: zero point and clamp
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
