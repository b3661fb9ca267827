<#import "header.ftl" as h><@h.header "bl_mac_slice" "F multiply-accumulators of one slice with their weights and the FIFO of finished windows"/>
// One token a cycle. A window's sums are at the FIFO's head four cycles after the walker has taken its last
// token (three after it is shown here).
module bl_mac_slice #(
    parameter integer F     = 16, // lanes
    parameter integer AB    = 8,  // bits of a code
    parameter integer WB    = 8,  // bits of a weight
    parameter integer ACCW  = 24, // bits of an accumulator, more than AB + WB + 1
    parameter integer WAW   = 4,  // bits of a weight address
    parameter integer WORDS = 16, // weight words
    parameter         FILE  = "", // weight words, lane 0 in the low bits
    parameter integer DEPTH = 4,  // windows the FIFO holds
    parameter integer DAW   = 2,  // clog2(DEPTH)
    parameter integer DCW   = 3   // clog2(DEPTH + 1)
) (
    input  wire                clk_i,
    input  wire                rst_i,
    input  wire                s_valid_i,
    input  wire                s_first_i,       // first token of a window
    input  wire                s_last_i,        // last token of a window
    input  wire signed [AB:0]  s_value_i,
    input  wire [WAW-1:0]      s_weight_addr_i,
    output wire                m_valid_o,       // a window's sums are at the head
    output wire [F*ACCW-1:0]   m_sums_o,        // lane 0 in the low bits
    input  wire                m_pop_i
);
  localparam integer PW = AB + 1 + WB; // bits of a product

  // stage B: weights arrive
  reg                b_valid_q, b_first_q, b_last_q;
  reg signed [AB:0]  b_value_q;
  wire [F*WB-1:0]    b_weights;
  // stage C: products
  reg                c_valid_q, c_first_q, c_last_q;
  wire [F*ACCW-1:0]  sums;

  bl_rom #(.WIDTH(F*WB), .DEPTH(WORDS), .ADDR(WAW), .FILE(FILE)) u_weights (
      .clk_i(clk_i),
      .addr_i(s_weight_addr_i),
      .data_o(b_weights)
  );

  always @(posedge clk_i) begin
    if (rst_i) begin
      b_valid_q <= 1'b0;
      c_valid_q <= 1'b0;
    end else begin
      b_valid_q <= s_valid_i;
      c_valid_q <= b_valid_q;
    end
    b_first_q <= s_first_i;
    b_last_q  <= s_last_i;
    b_value_q <= s_value_i;
    c_first_q <= b_first_q;
    c_last_q  <= b_last_q;
  end

  genvar f;
  generate
    for (f = 0; f < F; f = f + 1) begin : gen_lane
      wire signed [WB-1:0]   weight    = b_weights[f*WB +: WB];
      wire signed [PW-1:0]   weight_x  = {{(PW-WB){weight[WB-1]}}, weight};
      wire signed [PW-1:0]   value_x   = {{(PW-AB-1){b_value_q[AB]}}, b_value_q};
      reg  signed [PW-1:0]   product_q;
      reg  signed [ACCW-1:0] acc_q;
      wire signed [ACCW-1:0] product_x = {{(ACCW-PW){product_q[PW-1]}}, product_q};
      wire signed [ACCW-1:0] prior     = c_first_q ? {ACCW{1'b0}} : acc_q;
      wire signed [ACCW-1:0] sum       = prior + product_x;

      assign sums[f*ACCW +: ACCW] = sum;

      always @(posedge clk_i) begin
        product_q <= weight_x * value_x;
        if (c_valid_q) acc_q <= sum;
      end
    end
  endgenerate

  bl_fifo #(.WIDTH(F*ACCW), .DEPTH(DEPTH), .ADDR(DAW), .COUNT(DCW)) u_windows (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .push_i(c_valid_q && c_last_q),
      .data_i(sums),
      .pop_i(m_pop_i),
      .valid_o(m_valid_o),
      .head_o(m_sums_o)
  );
endmodule
<@h.footer/>
