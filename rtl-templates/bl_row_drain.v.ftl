<#import "header.ftl" as h><@h.header "bl_row_drain" "takes finished output rows of depthwise layers out of the lanes, a beat a cycle"/>
// An output row is taken when every slice has finished the last input row that meets it.
module bl_row_drain #(
    parameter integer S    = 4,  // slices
    parameter integer XW   = 10, // bits of a coordinate, signed
    parameter integer SCW  = 4,  // bits of an accumulator's address
    parameter integer ROWS = 4,  // lanes along a row index
    parameter integer COLS = 3   // lanes along a column index
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 start_i,        // a depthwise layer begins
    input  wire signed [XW-1:0] d_out_h_i,
    input  wire signed [XW-1:0] d_out_w_i,
    input  wire signed [XW-1:0] d_need0_i,      // input row after which output row 0 is complete
    input  wire signed [XW-1:0] d_stride_y_i,
    input  wire [XW-1:0]        d_last_row_i,   // last input row walked
    input  wire [XW-1:0]        d_banks_i,
    input  wire [XW-1:0]        d_columns_i,
    input  wire [XW-1:0]        d_last_beat_i,  // beats of a pixel, less one
    input  wire [S*XW-1:0]      s_rows_i,       // input rows each slice has finished
    output wire                 take_o,         // a beat is taken
    output wire                 pixel_end_o,    // the last of a pixel
    output wire                 row_end_o,      // the last of an output row
    output wire [ROWS-1:0]      bank_o,         // where it lies
    output wire [COLS-1:0]      column_o,
    output wire [SCW-1:0]       addr_o
);
  localparam signed [XW-1:0] ZERO_X = {XW{1'b0}};
  localparam signed [XW-1:0] ONE_X  = {{(XW-1){1'b0}}, 1'b1};
  localparam [ROWS-1:0] FIRST_BANK = {{(ROWS-1){1'b0}}, 1'b1};

  reg                 run_q;
  reg signed [XW-1:0] y_q, x_q, need_q;
  reg [XW-1:0]        beat_q, bank_q, lane_q;
  reg [ROWS-1:0]      banks_q;
  reg [COLS-1:0]      lanes_q;
  reg [SCW-1:0]       base_q;     // accumulators of the column
  wire signed [XW-1:0] last_row = d_last_row_i;
  wire signed [XW-1:0] need     = need_q < last_row ? need_q : last_row;

  reg ready;
  reg signed [XW-1:0] rows;
  integer s;
  always @* begin
    ready = 1'b1;
    rows  = ZERO_X;
    for (s = 0; s < S; s = s + 1) begin
      rows = s_rows_i[s*XW +: XW];
      if (rows <= need) ready = 1'b0;
    end
  end

  wire beat_end = beat_q == d_last_beat_i;
  wire x_end    = x_q + ONE_X == d_out_w_i;
  wire y_end    = y_q + ONE_X == d_out_h_i;
  wire lane_end = lane_q + 1'b1 == d_columns_i;
  wire bank_end = bank_q + 1'b1 == d_banks_i;
  wire [SCW-1:0] beat_x;
  bl_resize #(.IN(XW), .OUT(SCW)) u_beat (.in_i(beat_q), .out_o(beat_x));
  wire [SCW-1:0] words_x;
  bl_resize #(.IN(XW), .OUT(SCW)) u_words (.in_i(d_last_beat_i), .out_o(words_x));

  assign take_o      = run_q && ready;
  assign pixel_end_o = beat_end;
  assign row_end_o   = take_o && beat_end && x_end;
  assign bank_o      = banks_q;
  assign column_o    = lanes_q;
  assign addr_o      = base_q + beat_x;

  wire [COLS-1:0] lanes_first = {{(COLS-1){1'b0}}, 1'b1};
  wire [COLS-1:0] lanes_next  = lanes_q << 1;

  always @(posedge clk_i) begin
    if (rst_i) run_q <= 1'b0;
    else if (start_i) run_q <= 1'b1;
    else if (row_end_o && y_end) run_q <= 1'b0;
    if (start_i) begin
      y_q     <= ZERO_X;
      x_q     <= ZERO_X;
      need_q  <= d_need0_i;
      beat_q  <= {XW{1'b0}};
      bank_q  <= {XW{1'b0}};
      lane_q  <= {XW{1'b0}};
      banks_q <= FIRST_BANK;
      lanes_q <= lanes_first;
      base_q  <= {SCW{1'b0}};
    end else if (take_o) begin
      beat_q <= beat_end ? {XW{1'b0}} : beat_q + 1'b1;
      if (beat_end) begin
        x_q     <= x_end ? ZERO_X : x_q + ONE_X;
        lane_q  <= x_end || lane_end ? {XW{1'b0}} : lane_q + 1'b1;
        lanes_q <= x_end || lane_end ? lanes_first : lanes_next;
        base_q  <= x_end ? {SCW{1'b0}} : lane_end ? base_q + words_x + 1'b1 : base_q;
      end
      if (row_end_o) begin
        y_q     <= y_q + ONE_X;
        need_q  <= need_q + d_stride_y_i;
        bank_q  <= bank_end ? {XW{1'b0}} : bank_q + 1'b1;
        banks_q <= bank_end ? FIRST_BANK : banks_q << 1;
      end
    end
  end
endmodule
<@h.footer/>
