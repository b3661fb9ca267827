<#import "header.ftl" as h><@h.header "bl_merge" "fetches the second map from the side memory and joins it; keeps maps there"/>
<#assign p = rtl>
// The side memory holds maps that an addition or concatenation will read, a beat a word, not run-length coded. Codes
// come LATENCY = <#if p.multiply>11<#else>4</#if> cycles later. What the pooling stage gives is kept if the layer says so.
module bl_merge #(
    parameter integer P     = 4,  // codes a beat
    parameter integer AB    = 8,  // bits of a code
    parameter integer WORDS = 16, // beats of the side memory
    parameter integer SAW   = 4   // bits of its address
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 start_i,      // a layer begins
    input  wire [SAW-1:0]       d_side_i,     // first beat of the second map
    input  wire                 d_keep_i,     // the layer's result is kept
    input  wire [SAW-1:0]       d_keep_base_i,
    input  wire [1:0]           d_mode_i,     // see bl_merge_<#if p.multiply>multiply<#else>shift</#if>
    input  wire                 d_minus_own_i,
    input  wire                 d_minus_other_i,
<#if p.multiply>
    input  wire signed [AB-1:0] d_own_zero_i,
    input  wire signed [AB-1:0] d_other_zero_i,
    input  wire signed [AB-1:0] d_zero_i,
    input  wire [41:0]          d_own_i,
    input  wire [41:0]          d_other_i,
    input  wire [41:0]          d_sum_i,
<#else>
    input  wire [5:0]           d_own_left_i,
    input  wire [5:0]           d_other_left_i,
    input  wire [5:0]           d_right_i,
    input  wire [4:0]           d_left_i,
    input  wire [1:0]           d_round_i,
    input  wire                 d_wrap_i,
</#if>
    input  wire signed [AB-1:0] d_lo_i,
    input  wire signed [AB-1:0] d_hi_i,
    input  wire                 s_valid_i,
    input  wire [P*AB-1:0]      s_codes_i,
    output wire                 m_valid_o,
    output wire [P*AB-1:0]      m_codes_o,
    input  wire                 keep_valid_i,
    input  wire [P*AB-1:0]      keep_codes_i
);
  localparam integer LATENCY = <#if p.multiply>11<#else>4</#if>;

  reg [SAW-1:0]     read_q;
  reg [SAW-1:0]     write_q;
  reg [LATENCY-1:0] valid_q;
  reg [P*AB-1:0]    own_q;
  wire [P*AB-1:0]   other;

  always @(posedge clk_i) begin
    if (rst_i) valid_q <= {LATENCY{1'b0}};
    else valid_q <= {valid_q[LATENCY-2:0], s_valid_i};
    own_q <= s_codes_i;
    if (start_i) read_q <= d_side_i;
    else if (s_valid_i) read_q <= read_q + 1'b1;
    if (start_i) write_q <= d_keep_base_i;
    else if (keep_valid_i) write_q <= write_q + 1'b1;
  end
  assign m_valid_o = valid_q[LATENCY-1];

  bl_ram #(.WIDTH(P*AB), .DEPTH(WORDS), .ADDR(SAW)) u_side (
      .clk_i(clk_i),
      .we_i(d_keep_i && keep_valid_i),
      .waddr_i(write_q),
      .wdata_i(keep_codes_i),
      .raddr_i(read_q),
      .rdata_o(other)
  );

  genvar j;
  generate
    for (j = 0; j < P; j = j + 1) begin : gen_code
<#if p.multiply>
      bl_merge_multiply #(.SINGLE_ROUND(${p.singleRounding?string("1", "0")}), .AB(AB)) u_merge (
          .clk_i(clk_i),
          .d_mode_i(d_mode_i),
          .d_minus_own_i(d_minus_own_i),
          .d_minus_other_i(d_minus_other_i),
          .d_own_zero_i(d_own_zero_i),
          .d_other_zero_i(d_other_zero_i),
          .d_zero_i(d_zero_i),
          .d_lo_i(d_lo_i),
          .d_hi_i(d_hi_i),
          .d_own_i(d_own_i),
          .d_other_i(d_other_i),
          .d_sum_i(d_sum_i),
<#else>
      bl_merge_shift #(.AB(AB), .ALIGN(${p.align}), .LEFT(${p.mergeLeft})) u_merge (
          .clk_i(clk_i),
          .rst_i(rst_i),
          .d_mode_i(d_mode_i),
          .d_minus_own_i(d_minus_own_i),
          .d_minus_other_i(d_minus_other_i),
          .d_own_left_i(d_own_left_i),
          .d_other_left_i(d_other_left_i),
          .d_right_i(d_right_i),
          .d_left_i(d_left_i),
          .d_round_i(d_round_i),
          .d_wrap_i(d_wrap_i),
          .d_lo_i(d_lo_i),
          .d_hi_i(d_hi_i),
</#if>
          .s_own_i(own_q[j*AB +: AB]),
          .s_other_i(other[j*AB +: AB]),
          .m_code_o(m_codes_o[j*AB +: AB])
      );
    end
  endgenerate
endmodule
<@h.footer/>
