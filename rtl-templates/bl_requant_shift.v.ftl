<#import "header.ftl" as h><@h.header "bl_requant_shift" "requantization by a shift (dynamic fixed point)"/>
// One accumulator a cycle; the code comes LATENCY = 2 cycles later. f = floor(acc / 2^right), t = the bits
// shifted out, against h = 2^(right-1):
//
// d_mode_i        rounds f up when
// 0 HALF_AWAY     t > h, or t = h and acc > 0
// 1 HALF_EVEN     t > h, or t = h and f odd
// 2 HALF_UP       t >= h
// 3 FLOOR         never
module bl_requant_shift #(
    parameter integer ACCW = 24, // bits of an accumulator
    parameter integer LEFT = 0,  // largest left shift
    parameter integer AB   = 8   // bits of a code
) (
    input  wire                   clk_i,
    input  wire                   rst_i,
    input  wire [5:0]             d_right_i,
    input  wire [4:0]             d_left_i,
    input  wire [1:0]             d_mode_i,
    input  wire                   d_wrap_i,  // keep the low bits instead of saturating
    input  wire signed [AB-1:0]   d_lo_i,    // smallest code
    input  wire signed [AB-1:0]   d_hi_i,    // largest code
    input  wire                   s_valid_i,
    input  wire signed [ACCW-1:0] s_acc_i,
    output wire                   m_valid_o,
    output wire signed [AB-1:0]   m_code_o
);
  localparam integer W = ACCW + LEFT + 2;

  reg [1:0] valid_q;
  always @(posedge clk_i) begin
    if (rst_i) valid_q <= 2'd0;
    else valid_q <= {valid_q[0], s_valid_i};
  end
  assign m_valid_o = valid_q[1];

  // 1: shift and round
  wire signed [W-1:0] acc_x   = {{(W-ACCW){s_acc_i[ACCW-1]}}, s_acc_i};
  wire signed [W-1:0] floor_v = acc_x >>> d_right_i;
  wire signed [W-1:0] back    = floor_v <<< d_right_i;
  wire        [W-1:0] cut     = acc_x - back;              // bits shifted out
  // h = 2^(right-1) of W bits; beyond the accumulator's width nothing shifted out of a non-negative number reaches it
  wire        [W-1:0] one     = {{(W-1){1'b0}}, 1'b1};
  wire        [5:0]   right_1 = d_right_i - 6'd1;
  wire        [W-1:0] half    = d_right_i == 6'd0 ? {W{1'b1}} : one << right_1;
  wire                far     = half == {W{1'b0}};         // the shift passes every bit: |acc| < h
  wire                above   = !far && cut > half;
  wire                tie     = !far && cut == half;
  reg                 carry;
  always @* begin
    case (d_mode_i)
      2'd0:    carry = above || (tie && !s_acc_i[ACCW-1]);
      2'd1:    carry = above || (tie && floor_v[0]);
      2'd2:    carry = above || tie;
      default: carry = 1'b0;
    endcase
    // a negative number far below h: floor is -1, the number itself nearer to 0
    if (far && s_acc_i[ACCW-1] && d_mode_i != 2'd3) carry = 1'b1;
  end
  wire signed [W-1:0] carry_x = {{(W-1){1'b0}}, carry};
  wire signed [W-1:0] rounded = floor_v + carry_x;
  reg  signed [W-1:0] y1_q;
  always @(posedge clk_i) y1_q <= rounded <<< d_left_i;

  // 2: overflow and clamp
  wire signed [AB-1:0] low    = y1_q[AB-1:0];
  wire signed [W-1:0]  low_x  = {{(W-AB){low[AB-1]}}, low};
  wire signed [W-1:0]  chosen = d_wrap_i ? low_x : y1_q;
  wire signed [W-1:0]  lo_x   = {{(W-AB){d_lo_i[AB-1]}}, d_lo_i};
  wire signed [W-1:0]  hi_x   = {{(W-AB){d_hi_i[AB-1]}}, d_hi_i};
  reg  signed [AB-1:0] code_q;
  assign m_code_o = code_q;
  always @(posedge clk_i) begin
    if (chosen < lo_x) code_q <= d_lo_i;
    else if (chosen > hi_x) code_q <= d_hi_i;
    else code_q <= low;
  end
endmodule
<@h.footer/>
