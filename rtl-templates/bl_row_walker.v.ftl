<#import "header.ftl" as h><@h.header "bl_row_walker" "reads one slice's tokens row by row for depthwise layers, and says which outputs each one meets"/>
// Every input row is read once for each chunk of kernel columns, one token a cycle. A token meets the output rows whose
// banks have a bit in m_rows_o, and in them one output column a column lane: lanes with a bit in m_hi_o at m_addr_o,
// the others BEATS earlier; lanes without a bit in m_columns_o meet nothing. An input row that opens a new output row
// waits until its bank has been drained.
module bl_row_walker #(
    parameter integer AB   = 8,  // bits of a code
    parameter integer RB   = 4,  // bits of a run
    parameter integer FAW  = 12, // bits of a feature memory address
    parameter integer RAW  = 8,  // bits of a row pointer index
    parameter integer XW   = 10, // bits of a coordinate, signed
    parameter integer WAW  = 12, // bits of a weight address
    parameter integer ROWS = 4,  // lanes along a row index
    parameter integer COLS = 3,  // lanes along a column index
    parameter integer SCW  = 4,  // bits of an accumulator's address
    parameter integer Q    = 1,  // elements that share an address, each with its bank: 1, 2 or 4
    parameter integer QW   = 0   // clog2(Q)
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    // layer, stable from start_i on until the layer ends
    input  wire                 start_i,
    input  wire signed [XW-1:0] d_in_w_i,        // input columns
    input  wire signed [XW-1:0] d_out_h_i,       // output rows
    input  wire [XW-1:0]        d_last_row_i,    // input rows that matter, less one
    input  wire [XW-1:0]        d_last_chunk_i,
    input  wire signed [XW-1:0] d_stride_y_i,
    input  wire signed [XW-1:0] d_stride_x_i,
    input  wire [XW-1:0]        d_banks_i,       // output rows held at once
    input  wire [XW-1:0]        d_columns_i,     // output columns a token meets in a chunk
    input  wire signed [XW-1:0] d_row0_i,        // newest output row met by input row 0
    input  wire [XW-1:0]        d_bank0_i,       // its bank
    input  wire [XW-1:0]        d_sub_y0_i,      // (0 + padding) modulo the stride
    input  wire [ROWS-1:0]      d_mask0_i,       // banks met by input row 0
    input  wire [WAW-1:0]       d_weight_base_i,
    input  wire [WAW-1:0]       d_group_step_i,  // weight words of a chunk
    input  wire [WAW-1:0]       d_phase_y_i,     // weight words of a row phase
    input  wire [WAW-1:0]       d_phase_y0_i,    // the first row's
    input  wire [WAW-1:0]       d_column_step_i, // weight words of a column phase
    input  wire [WAW-1:0]       d_phase_x0_i,    // the first column's
    input  wire [XW-1:0]        d_lane0_i,       // column lane of the newest output column met by column 0
    input  wire [XW-1:0]        d_sub_x0_i,
    input  wire signed [XW-1:0] d_div0_i,        // that output column divided by d_columns_i
    input  wire [SCW-1:0]       d_words_i,       // accumulators of a pixel in a lane
    input  wire [SCW-1:0]       d_addr0_i,
    input  wire signed [XW-1:0] d_full_i,        // output columns divided by d_columns_i
    input  wire [XW-1:0]        d_rest_i,        // and the remainder
    input  wire [RAW-1:0]       d_first_row_i,
    input  wire signed [AB-1:0] d_zero_i,
    // feature memory (registered read) and row pointers (combinational read)
    output wire [FAW-1:0]       fm_addr_o,
    input  wire [RB+AB:0]       fm_data_i,
    output wire [RAW-1:0]       row_index_o,
    input  wire [FAW-1:0]       row_ptr_i,
    // to the multipliers
    input  wire                 pop_i,           // an output row has been drained
    output wire                 m_valid_o,
    output wire                 m_row_end_o,     // the input row is finished
    output wire signed [AB:0]   m_value_o,       // code less zero point
    output wire [WAW-1:0]       m_weight_addr_o,
    output wire [ROWS-1:0]      m_rows_o,
    output wire [COLS-1:0]      m_columns_o,
    output wire [COLS-1:0]      m_hi_o,
    output wire [SCW-1:0]       m_addr_o,
    output wire [Q-1:0]         m_bank_o,        // which of the elements that share an address
    output wire                 m_useful_o
);
  localparam signed [XW-1:0] ZERO_X = {XW{1'b0}};
  localparam signed [XW-1:0] ONE_X  = {{(XW-1){1'b0}}, 1'b1};
  localparam integer QX = QW > 0 ? QW : 1;

  // ---- state of the token at the memory's output -------------------------------------------------------
  reg                  busy_q;
  reg                  rfirst_q;    // first token of an input row, all chunks
  reg        [XW-1:0]  y_q;
  reg        [XW-1:0]  chunk_q;
  reg signed [XW-1:0]  x_q;
  reg signed [XW-1:0]  newest_q;    // newest output row met
  reg        [XW-1:0]  bank_q;      // its bank
  reg        [XW-1:0]  sub_y_q;
  reg [ROWS-1:0]       rows_q;      // banks met
  reg signed [XW-1:0]  drained_q;   // output rows drained
  reg        [XW-1:0]  sub_x_q;
  reg        [XW-1:0]  lane_q;      // column lane of the newest output column met
  reg signed [XW-1:0]  div_q;       // that column divided by the lanes
  reg [SCW-1:0]        at_q;        // accumulators of that column
  reg [WAW-1:0]        ybase_q;     // weights of the row's phase
  reg [WAW-1:0]        gbase_q;     // weights of the chunk
  reg [WAW-1:0]        pbase_q;     // weights of the column's phase
  reg [WAW-1:0]        chan_q;      // channel position reached within the pixel
  reg [FAW-1:0]        addr_q;
  reg [RAW-1:0]        row_q;
  reg signed [XW-1:0]  div0_q;      // of the chunk
  reg [SCW-1:0]        at0_q;

  // ---- the token ---------------------------------------------------------------------------------------
  wire                 tok_last = fm_data_i[RB+AB];
  wire [RB-1:0]        tok_run  = fm_data_i[AB +: RB];
  wire signed [AB-1:0] tok_code = fm_data_i[AB-1:0];
  wire signed [XW-1:0] banks_x  = d_banks_i;
  wire                 go       = busy_q && (!rfirst_q || newest_q < drained_q + banks_x);
  wire                 seg_end  = tok_last && x_q + ONE_X == d_in_w_i;
  wire                 row_end  = seg_end && chunk_q == d_last_chunk_i;
  wire                 all_end  = row_end && y_q == d_last_row_i;

  // ---- the next row of tokens ----------------------------------------------------------------------------
  wire [XW-1:0]        sub_y_n  = sub_y_q + 1'b1;
  wire                 opens    = sub_y_n == d_stride_y_i;        // the next input row meets a new output row
  wire [XW-1:0]        bank_1   = bank_q + 1'b1;
  wire [XW-1:0]        bank_n   = bank_1 == d_banks_i ? {XW{1'b0}} : bank_1;
  wire [XW-1:0]        bank_2   = bank_n + 1'b1;
  wire [XW-1:0]        bank_old = bank_2 == d_banks_i ? {XW{1'b0}} : bank_2; // met no more
  wire                 exists   = newest_q + ONE_X < d_out_h_i;
  wire                 wrap_y   = opens && bank_1 == d_banks_i;
  wire [RAW-1:0]       row_1    = row_q + 1'b1;
  wire [RAW-1:0]       row_n    = start_i ? d_first_row_i : row_end ? row_1 : row_q;

  assign row_index_o = row_n;
  assign fm_addr_o   = start_i || (go && seg_end) ? row_ptr_i : !go ? addr_q : addr_q + 1'b1;

  reg [ROWS-1:0] rows_n;
  integer a;
  always @* begin
    rows_n = rows_q;
    if (opens) begin
      for (a = 0; a < ROWS; a = a + 1) begin
        if (bank_n == a[XW-1:0]) rows_n[a] = exists;
        if (bank_old == a[XW-1:0]) rows_n[a] = 1'b0;
      end
    end
  end

  // ---- the next pixel --------------------------------------------------------------------------------------
  wire [XW-1:0]        sub_x_n  = sub_x_q + 1'b1;
  wire                 steps    = sub_x_n == d_stride_x_i;
  wire [XW-1:0]        lane_1   = lane_q + 1'b1;
  wire                 wrap_x   = steps && lane_1 == d_columns_i;

  // ---- what the token meets --------------------------------------------------------------------------------
  wire [WAW-1:0]       run_w;
  bl_resize #(.IN(RB), .OUT(WAW)) u_run (.in_i(tok_run), .out_o(run_w));
  wire [WAW-1:0]       chan     = chan_q + run_w;
  wire [SCW-1:0]       chan_at;
  bl_resize #(.IN(WAW-QW), .OUT(SCW)) u_chan (.in_i(chan[WAW-1:QW]), .out_o(chan_at));
  wire signed [XW-1:0] older    = div_q - ONE_X;
  reg [COLS-1:0]       columns;
  reg [COLS-1:0]       hi;
  wire [Q-1:0]         bank;
  integer b;
  always @* begin
    for (b = 0; b < COLS; b = b + 1) begin
      hi[b] = b[XW-1:0] <= lane_q;
      columns[b] = b[XW-1:0] < d_columns_i
          && (hi[b] ? div_q >= ZERO_X && (div_q < d_full_i || (div_q == d_full_i && b[XW-1:0] < d_rest_i))
                    : older >= ZERO_X && (older < d_full_i || (older == d_full_i && b[XW-1:0] < d_rest_i)));
    end
  end
  generate
    if (Q == 1) begin : gen_one
      assign bank = 1'b1;
    end else begin : gen_banks
      genvar i;
      for (i = 0; i < Q; i = i + 1) begin : gen_bank
        localparam integer MINE_INT = i;
        localparam [QX-1:0] MINE = MINE_INT[QX-1:0];
        assign bank[i] = chan[QX-1:0] == MINE;
      end
    end
  endgenerate

  // ---- to the multipliers ----------------------------------------------------------------------------------
  reg                  m_valid_q;
  reg                  m_row_end_q;
  reg signed [AB:0]    m_value_q;
  reg [WAW-1:0]        m_waddr_q;
  reg [ROWS-1:0]       m_rows_q;
  reg [COLS-1:0]       m_columns_q;
  reg [COLS-1:0]       m_hi_q;
  reg [SCW-1:0]        m_addr_q;
  reg [Q-1:0]          m_bank_q;
  reg                  m_useful_q;
  wire signed [AB:0]   value    = {tok_code[AB-1], tok_code} - {d_zero_i[AB-1], d_zero_i};

  assign m_valid_o       = m_valid_q;
  assign m_row_end_o     = m_row_end_q;
  assign m_value_o       = m_value_q;
  assign m_weight_addr_o = m_waddr_q;
  assign m_rows_o        = m_rows_q;
  assign m_columns_o     = m_columns_q;
  assign m_hi_o          = m_hi_q;
  assign m_addr_o        = m_addr_q;
  assign m_bank_o        = m_bank_q;
  assign m_useful_o      = m_useful_q;

  always @(posedge clk_i) begin
    if (rst_i) m_valid_q <= 1'b0;
    else m_valid_q <= go;
    m_row_end_q <= row_end;
    m_value_q   <= value;
    m_waddr_q   <= pbase_q + chan;
    m_rows_q    <= rows_q;
    m_columns_q <= columns;
    m_hi_q      <= hi;
    m_addr_q    <= at_q + chan_at;
    m_bank_q    <= bank;
    m_useful_q  <= go && value != {(AB+1){1'b0}};
  end

  // ---- next state --------------------------------------------------------------------------------------------
  wire [WAW-1:0] ybase_1 = wrap_y ? {WAW{1'b0}} : ybase_q + d_phase_y_i;
  wire [WAW-1:0] gbase_n = start_i || row_end ? d_weight_base_i : gbase_q + d_group_step_i;
  wire [WAW-1:0] ybase_n = start_i ? d_phase_y0_i : row_end ? ybase_1 : ybase_q;
  wire signed [XW-1:0] div0_n = start_i || row_end ? d_div0_i : div0_q - ONE_X;
  wire [SCW-1:0] at0_n   = start_i || row_end ? d_addr0_i : at0_q - d_words_i;

  always @(posedge clk_i) begin
    if (rst_i) busy_q <= 1'b0;
    else if (start_i) busy_q <= 1'b1;
    else if (go && all_end) busy_q <= 1'b0;
    if (start_i) drained_q <= ZERO_X;
    else if (pop_i) drained_q <= drained_q + ONE_X;
  end

  always @(posedge clk_i) begin
    addr_q <= fm_addr_o;
    if (start_i) begin
      y_q      <= {XW{1'b0}};
      newest_q <= d_row0_i;
      bank_q   <= d_bank0_i;
      sub_y_q  <= d_sub_y0_i;
      rows_q   <= d_mask0_i;
    end else if (go && row_end) begin
      y_q      <= y_q + 1'b1;
      sub_y_q  <= opens ? {XW{1'b0}} : sub_y_n;
      rows_q   <= rows_n;
      if (opens) begin
        newest_q <= newest_q + ONE_X;
        bank_q   <= bank_n;
      end
    end
    if (start_i || (go && seg_end)) begin
      rfirst_q <= start_i || row_end;
      chunk_q  <= start_i || row_end ? {XW{1'b0}} : chunk_q + 1'b1;
      row_q    <= row_n;
      ybase_q  <= ybase_n;
      gbase_q  <= gbase_n;
      div0_q   <= div0_n;
      at0_q    <= at0_n;
      x_q      <= ZERO_X;
      sub_x_q  <= d_sub_x0_i;
      lane_q   <= d_lane0_i;
      div_q    <= div0_n;
      at_q     <= at0_n;
      pbase_q  <= gbase_n + ybase_n + d_phase_x0_i;
      chan_q   <= {WAW{1'b0}};
    end else if (go) begin
      rfirst_q <= 1'b0;
      if (tok_last) begin
        x_q     <= x_q + ONE_X;
        sub_x_q <= steps ? {XW{1'b0}} : sub_x_n;
        if (steps) lane_q <= wrap_x ? {XW{1'b0}} : lane_1;
        if (wrap_x) div_q <= div_q + ONE_X;
        if (wrap_x) at_q <= at_q + d_words_i;
        pbase_q <= wrap_x ? gbase_q + ybase_q : pbase_q + d_column_step_i;
        chan_q  <= {WAW{1'b0}};
      end else begin
        chan_q  <= chan + 1'b1;
      end
    end
  end
endmodule
<@h.footer/>
