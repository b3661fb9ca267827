<#import "header.ftl" as h><@h.header "bl_multiply_shift" "a number times a 31-bit multiplier, shifted and rounded (affine int8)"/>
// One number a cycle; the result comes LATENCY = 4 cycles later.
// Parameters: {right shift (6), left shift (5), multiplier (31)}.
//
// policy          product                               result
// SINGLE_ROUND=0  h = (x << left) * mult, rounded       h / 2^right, nearest, ties away from zero
//                 half up to its high part (>> 31)
// SINGLE_ROUND=1  p = x * mult                          (p + 2^(right-1)) >> right
module bl_multiply_shift #(
    parameter integer SINGLE_ROUND = 0,  // 1: TFLITE_SINGLE_ROUNDING
    parameter integer XW           = 24, // bits of the number, 2 to 32
    parameter integer PRE          = 0   // the number counts 2^PRE: XW + PRE is at most 32
) (
    input  wire                 clk_i,
    input  wire signed [XW-1:0] x_i,
    input  wire [41:0]          param_i,
    output wire signed [31:0]   y_o
);
  localparam integer W = 33 - PRE + 31; // bits of a product before the 2^PRE
  wire [30:0] mult  = param_i[30:0];
  wire [4:0]  left  = param_i[35:31];
  wire [5:0]  right = param_i[41:36];

  // 1: shift left
  wire signed [31-PRE:0] x_x;
  generate
    if (XW < 32 - PRE) begin : gen_extend
      assign x_x = {{(32-PRE-XW){x_i[XW-1]}}, x_i};
    end else begin : gen_whole
      assign x_x = x_i;
    end
  endgenerate
  reg signed [31-PRE:0] x1_q;
  reg        [30:0]     mult1_q;
  reg        [5:0]      right1_q;
  always @(posedge clk_i) begin
    x1_q     <= x_x <<< left;
    mult1_q  <= mult;
    right1_q <= right;
  end

  // 2: multiply
  wire signed [W-1:0] x1_x    = {{(W-32+PRE){x1_q[31-PRE]}}, x1_q};
  wire signed [W-1:0] mult1_x = {{(W-31){1'b0}}, mult1_q};
  reg  signed [W-1:0] p2_q;
  reg         [5:0]   right2_q;
  always @(posedge clk_i) begin
    p2_q     <= x1_x * mult1_x;
    right2_q <= right1_q;
  end
  wire signed [63:0] p2;
  generate
    if (W < 64) begin : gen_small
      assign p2 = {{(64-W){p2_q[W-1]}}, p2_q} <<< PRE;
    end else begin : gen_large
      assign p2 = p2_q;
    end
  endgenerate

  // 3 and 4: round
  generate
    if (SINGLE_ROUND == 0) begin : gen_double
      wire signed [63:0] p_half  = p2 + 64'sd1073741824;
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
      assign y_o = y4_q;
    end else begin : gen_single
      wire signed [63:0] half2  = (64'sd1 <<< right2_q) >>> 1;
      reg  signed [63:0] s3_q;
      reg         [5:0]  right3_q;
      always @(posedge clk_i) begin
        s3_q     <= p2 + half2;
        right3_q <= right2_q;
      end
      wire signed [63:0] y3 = s3_q >>> right3_q;
      wire               fits = y3[63:31] == {33{y3[63]}};
      reg  signed [31:0] y4_q; // beyond 32 bits the clamp decides by the sign alone
      always @(posedge clk_i) y4_q <= fits ? y3[31:0] : {y3[63], {31{!y3[63]}}};
      assign y_o = y4_q;
    end
  endgenerate
endmodule
<@h.footer/>
