<#import "header.ftl" as h><@h.header "bl_merge_shift" "a second map joins the codes: residual addition (dynamic fixed point) or concatenation"/>
// One code a cycle; the result comes LATENCY = 3 cycles later.
//
// d_mode_i
// 0  the own code as it is
// 1  both aligned by left shifts, added, requantized by bl_requant_shift
// 2  own + other (one of both is zero)
module bl_merge_shift #(
    parameter integer AB    = 8, // bits of a code
    parameter integer ALIGN = 0, // largest alignment
    parameter integer LEFT  = 0  // largest left shift of the sum
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire [1:0]           d_mode_i,
    input  wire                 d_minus_own_i,
    input  wire                 d_minus_other_i,
    input  wire [5:0]           d_own_left_i,
    input  wire [5:0]           d_other_left_i,
    input  wire [5:0]           d_right_i,
    input  wire [4:0]           d_left_i,
    input  wire [1:0]           d_round_i,
    input  wire                 d_wrap_i,
    input  wire signed [AB-1:0] d_lo_i,
    input  wire signed [AB-1:0] d_hi_i,
    input  wire signed [AB-1:0] s_own_i,
    input  wire signed [AB-1:0] s_other_i,
    output wire signed [AB-1:0] m_code_o
);
  localparam integer W = AB + ALIGN + 2;
  wire signed [W-1:0] own_x   = {{(W-AB){s_own_i[AB-1]}}, s_own_i};
  wire signed [W-1:0] other_x = {{(W-AB){s_other_i[AB-1]}}, s_other_i};
  wire signed [W-1:0] own_a   = own_x <<< d_own_left_i;
  wire signed [W-1:0] other_a = other_x <<< d_other_left_i;
  reg  signed [W-1:0] sum1_q;
  always @(posedge clk_i)
    sum1_q <= (d_minus_own_i ? -own_a : own_a) + (d_minus_other_i ? -other_a : other_a);

  wire signed [AB-1:0] code3;
  wire                 unused_valid;
  bl_requant_shift #(.ACCW(W), .LEFT(LEFT), .AB(AB)) u_requant (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .d_right_i(d_right_i),
      .d_left_i(d_left_i),
      .d_mode_i(d_round_i),
      .d_wrap_i(d_wrap_i),
      .d_lo_i(d_lo_i),
      .d_hi_i(d_hi_i),
      .s_valid_i(1'b0),
      .s_acc_i(sum1_q),
      .m_valid_o(unused_valid),
      .m_code_o(code3)
  );

  reg  [3*AB-1:0]      pass_q;
  wire signed [AB-1:0] both = s_own_i + s_other_i;
  wire signed [AB-1:0] pass = d_mode_i == 2'd2 ? both : s_own_i;
  always @(posedge clk_i) pass_q <= {pass_q[2*AB-1:0], pass};
  assign m_code_o = d_mode_i == 2'd1 ? code3 : pass_q[3*AB-1 -: AB];
endmodule
<@h.footer/>
