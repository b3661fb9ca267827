<#import "header.ftl" as h><@h.header "bl_mac_slice" "F multiply-accumulators of one slice with their weights and the FIFO of finished windows"/>
<#assign sc = rtl.scatterRows gt 0, kind = rtl.weightKind>
// One token a cycle. A window's sums are at the FIFO's head 3 + MS cycles after the walker has taken its last
// token (2 + MS after it is shown here).
<#if kind == "power">
// Weights are powers of two: a stored one is {sign, exponent + 1}, or 0, and a lane shifts.
<#elseif kind == "book">
// A stored weight is an index into the layer's book of integers.
</#if>
<#if sc>
// Depthwise layers: lane a + ROWS b adds to the accumulators of its output row bank a and column lane b instead, in a
// small memory; the drain reads and clears them.
</#if>
module bl_mac_slice #(
    parameter integer F     = 16, // lanes
    parameter integer AB    = 8,  // bits of a code
    parameter integer WB    = 8,  // bits of the integer a weight stands for
<#if kind != "integer">
    parameter integer SB    = 4,  // bits of a stored weight
</#if>
<#if kind == "book">
    parameter integer EN    = 16, // entries of the book
</#if>
    parameter integer ACCW  = 24, // bits of an accumulator, more than AB + WB + 1
    parameter integer WAW   = 4,  // bits of a weight address
    parameter integer WORDS = 16, // weight words
<#if !rtl.loadsWeights>
    parameter         FILE  = "", // weight words, lane 0 in the low bits
</#if>
    parameter integer MS    = 1,  // registers from a multiplier's inputs to its product
    parameter integer DEPTH = 4,  // windows the FIFO holds
    parameter integer DAW   = 2,  // clog2(DEPTH)
<#if sc>
    parameter integer ROWS  = 4,  // lanes along a row index
    parameter integer COLS  = 3,  // lanes along a column index
    parameter integer SCW   = 4,  // bits of an accumulator's address
    parameter integer SCN   = 16, // accumulators of a lane in each bank
    parameter integer Q     = 1,  // elements that share an address
    parameter integer XW    = 10, // bits of a coordinate
</#if>
    parameter integer DCW   = 3   // clog2(DEPTH + 1)
) (
    input  wire                clk_i,
    input  wire                rst_i,
    input  wire                s_valid_i,
    input  wire                s_first_i,       // first token of a window
    input  wire                s_last_i,        // last token of a window
    input  wire signed [AB:0]  s_value_i,
    input  wire [WAW-1:0]      s_weight_addr_i,
<#if rtl.loadsWeights>
    input  wire                w_we_i,          // a weight word comes, lane 0 in the low bits
    input  wire [WAW-1:0]      w_addr_i,
    input  wire [F*<#if kind == "integer">WB<#else>SB</#if>-1:0]     w_data_i,
</#if>
<#if kind == "book">
    input  wire [EN*WB-1:0]    d_book_i,        // entry 0 in the low bits
</#if>
<#if sc>
    // depthwise layers, see bl_row_walker
    input  wire                start_i,         // a layer begins
    input  wire                s_scatter_i,     // the token is of a depthwise layer
    input  wire                s_row_end_i,
    input  wire [ROWS-1:0]     s_rows_i,
    input  wire [COLS-1:0]     s_columns_i,
    input  wire [COLS-1:0]     s_hi_i,
    input  wire [SCW-1:0]      s_addr_i,
    input  wire [Q-1:0]        s_bank_i,
    input  wire [SCW-1:0]      d_words_i,       // accumulators of a pixel in a lane
    // the drain, see bl_row_drain
    input  wire                row_take_i,
    input  wire [ROWS-1:0]     row_bank_i,
    input  wire [COLS-1:0]     row_column_i,
    input  wire [SCW-1:0]      row_addr_i,
    output wire [Q*ACCW-1:0]   row_sums_o,
    output wire [XW-1:0]       rows_o,          // input rows finished
    input  wire                clear_i,         // after reset: clears every accumulator
    input  wire [SCW-1:0]      clear_addr_i,
</#if>
    output wire                m_valid_o,       // a window's sums are at the head
    output wire [F*ACCW-1:0]   m_sums_o,        // lane 0 in the low bits
    input  wire                m_pop_i
);
  localparam integer PW = AB + 1 + WB; // bits of a product

  // stage B: weights arrive
  reg                b_valid_q, b_first_q, b_last_q;
  reg signed [AB:0]  b_value_q;
  wire [F*<#if kind == "integer">WB<#else>SB</#if>-1:0]    b_weights;
  // stage C: products, MS cycles later
  reg [MS-1:0]       c_valid_q, c_first_q, c_last_q;
  wire               c_valid = c_valid_q[MS-1];
  wire               c_first = c_first_q[MS-1];
  wire               c_last  = c_last_q[MS-1];
  wire [F*ACCW-1:0]  sums;

<#if rtl.loadsWeights>
  bl_ram #(.WIDTH(F*<#if kind == "integer">WB<#else>SB</#if>), .DEPTH(WORDS), .ADDR(WAW)) u_weights (
      .clk_i(clk_i),
      .we_i(w_we_i),
      .waddr_i(w_addr_i),
      .wdata_i(w_data_i),
      .raddr_i(s_weight_addr_i),
      .rdata_o(b_weights)
  );
<#else>
  bl_rom #(.WIDTH(F*<#if kind == "integer">WB<#else>SB</#if>), .DEPTH(WORDS), .ADDR(WAW), .FILE(FILE)) u_weights (
      .clk_i(clk_i),
      .addr_i(s_weight_addr_i),
      .data_o(b_weights)
  );
</#if>

  wire [MS:0] c_valid_d = {c_valid_q, b_valid_q};
  wire [MS:0] c_first_d = {c_first_q, b_first_q};
  wire [MS:0] c_last_d  = {c_last_q, b_last_q};
  wire        unused_shifted = c_valid_d[MS] ^ c_first_d[MS] ^ c_last_d[MS];
  always @(posedge clk_i) begin
    if (rst_i) begin
      b_valid_q <= 1'b0;
      c_valid_q <= {MS{1'b0}};
    end else begin
      b_valid_q <= s_valid_i;
      c_valid_q <= c_valid_d[MS-1:0];
    end
    b_first_q <= s_first_i;
    b_last_q  <= s_last_i;
    b_value_q <= s_value_i;
    c_first_q <= c_first_d[MS-1:0];
    c_last_q  <= c_last_d[MS-1:0];
  end
<#if sc>

  // ---- depthwise: what goes along with the token --------------------------------------------------------
  localparam integer ALONG = ROWS + 2*COLS + SCW + Q + 2;
  reg  [ALONG-1:0]          b_along_q;
  reg  [MS*ALONG-1:0]       c_along_q;
  wire [(MS+1)*ALONG-1:0]   c_along_d = {c_along_q, b_along_q};
  wire                      unused_along = ^c_along_d[MS*ALONG +: ALONG];
  wire                      c_scatter, c_row_end;
  wire [ROWS-1:0]           c_rows;
  wire [COLS-1:0]           c_columns, c_hi;
  wire [SCW-1:0]            c_addr;
  wire [Q-1:0]              c_bank;
  assign {c_scatter, c_row_end, c_rows, c_columns, c_hi, c_addr, c_bank} = c_along_q[(MS-1)*ALONG +: ALONG];
  wire [SCW-1:0]            c_addr_lo = c_addr - d_words_i;
  reg  [XW-1:0]             rows_q;
  assign rows_o = rows_q;
  always @(posedge clk_i) begin
    b_along_q <= {s_scatter_i, s_row_end_i, s_rows_i, s_columns_i, s_hi_i, s_addr_i, s_bank_i};
    c_along_q <= c_along_d[MS*ALONG-1:0];
    if (rst_i || start_i) rows_q <= {XW{1'b0}};
    else if (c_valid && c_scatter && c_row_end) rows_q <= rows_q + 1'b1;
  end
  wire [ROWS*COLS*Q*ACCW-1:0] held; // the drain's word of every lane
</#if>

  genvar f<#if sc>, q</#if>;
  generate
    for (f = 0; f < F; f = f + 1) begin : gen_lane
      wire signed [PW-1:0]   value_x   = {{(PW-AB-1){b_value_q[AB]}}, b_value_q};
<#if kind == "power">
      wire [SB-1:0]          stored_w  = b_weights[f*SB +: SB];
      wire [SB-2:0]          shift     = stored_w[SB-2:0] - 1'b1;
      wire signed [PW-1:0]   signed_x  = stored_w[SB-1] ? -value_x : value_x;
      wire signed [PW-1:0]   times     = stored_w[SB-2:0] == {(SB-1){1'b0}} ? {PW{1'b0}} : signed_x <<< shift;
<#else>
<#if kind == "book">
      wire [SB-1:0]          index     = b_weights[f*SB +: SB];
      wire signed [WB-1:0]   weight    = d_book_i[index*WB +: WB];
<#else>
      wire signed [WB-1:0]   weight    = b_weights[f*WB +: WB];
</#if>
      wire signed [PW-1:0]   weight_x  = {{(PW-WB){weight[WB-1]}}, weight};
      wire signed [PW-1:0]   times     = weight_x * value_x;
</#if>
      reg  [MS*PW-1:0]       product_q;
      wire [(MS+1)*PW-1:0]   product_d = {product_q, times};
      wire                   unused_product = ^product_d[MS*PW +: PW];
      wire signed [PW-1:0]   product   = product_q[(MS-1)*PW +: PW];
      reg  signed [ACCW-1:0] acc_q;
      wire signed [ACCW-1:0] product_x = {{(ACCW-PW){product[PW-1]}}, product};
<#if sc>
      wire signed [ACCW-1:0] stored;
      wire signed [ACCW-1:0] prior     = c_scatter ? stored : c_first ? {ACCW{1'b0}} : acc_q;
<#else>
      wire signed [ACCW-1:0] prior     = c_first ? {ACCW{1'b0}} : acc_q;
</#if>
      wire signed [ACCW-1:0] sum       = prior + product_x;

      assign sums[f*ACCW +: ACCW] = sum;

      always @(posedge clk_i) begin
        product_q <= product_d[MS*PW-1:0];
        if (c_valid) acc_q <= sum;
      end
<#if sc>

      if (f < ROWS * COLS) begin : gen_scatter
        localparam integer A = f % ROWS;
        localparam integer B = f / ROWS;
        wire               mine    = row_take_i && row_bank_i[A];   // the drain is in this lane's row
        wire               cleared = mine && row_column_i[B];
        wire               adds    = c_valid && c_scatter && c_rows[A] && c_columns[B];
        wire [SCW-1:0]     addr    = clear_i ? clear_addr_i : mine ? row_addr_i : c_hi[B] ? c_addr : c_addr_lo;
        wire [Q*ACCW-1:0]  words;
        reg  signed [ACCW-1:0] chosen;
        integer            i;
        always @* begin
          chosen = {ACCW{1'b0}};
          for (i = 0; i < Q; i = i + 1) if (c_bank[i]) chosen = words[i*ACCW +: ACCW];
        end
        assign stored = chosen;
        assign held[f*Q*ACCW +: Q*ACCW] = words;
        for (q = 0; q < Q; q = q + 1) begin : gen_element
          bl_lutram #(.WIDTH(ACCW), .DEPTH(SCN), .ADDR(SCW)) u_accumulators (
              .clk_i(clk_i),
              .we_i(clear_i || cleared || (adds && c_bank[q])),
              .waddr_i(addr),
              .wdata_i(clear_i || cleared ? {ACCW{1'b0}} : sum),
              .raddr_i(addr),
              .rdata_o(words[q*ACCW +: ACCW])
          );
        end
      end else begin : gen_plain
        assign stored = {ACCW{1'b0}};
      end
</#if>
    end
  endgenerate
<#if sc>

  reg [Q*ACCW-1:0] row_sums;
  integer          l;
  always @* begin
    row_sums = {(Q*ACCW){1'b0}};
    for (l = 0; l < ROWS * COLS; l = l + 1)
      if (row_bank_i[l % ROWS] && row_column_i[l / ROWS]) row_sums = row_sums | held[l*Q*ACCW +: Q*ACCW];
  end
  assign row_sums_o = row_sums;
</#if>

  bl_fifo #(.WIDTH(F*ACCW), .DEPTH(DEPTH), .ADDR(DAW), .COUNT(DCW)) u_windows (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .push_i(c_valid && c_last<#if sc> && !c_scatter</#if>),
      .data_i(sums),
      .pop_i(m_pop_i),
      .valid_o(m_valid_o),
      .head_o(m_sums_o)
  );
endmodule
<@h.footer/>
