<#import "header.ftl" as h><@h.header "bl_load" "takes the input map from the AXI4-Stream, S codes a beat"/>
// Dealt by channel: a beat is channels kS .. kS + S - 1 of a pixel; lanes beyond the last channel are ignored and
// count as zero. Dealt by column: a beat is one channel of columns gS .. gS + S - 1; lanes beyond the last column are
// ignored and belong to no pixel. Rows, then pixels (or column groups), then channels.
module bl_load #(
    parameter integer S  = 4,  // codes a beat
    parameter integer AB = 8,  // bits of a code
    parameter integer TB = 8,  // bits of a code on the bus, 8 or 16
    parameter integer XW = 10  // bits of a coordinate
) (
    input  wire            clk_i,
    input  wire            rst_i,
    input  wire            active_i,         // beats are wanted
    input  wire            d_columns_i,      // dealt by column
    input  wire [XW-1:0]   d_last_beat_i,    // beats of a pixel or column group, less one
    input  wire [XW-1:0]   d_last_x_i,       // pixels or column groups of a row, less one
    input  wire [XW-1:0]   d_last_y_i,       // rows, less one
    input  wire [S-1:0]    d_tail_lanes_i,   // lanes that exist in the last beat of a pixel, or last group of a row
    input  wire [AB-1:0]   d_zero_i,
    input  wire            s_valid_i,
    output wire            s_ready_o,
    input  wire [S*TB-1:0] s_data_i,         // lane 0 in the low bits; the low AB bits of each lane count
    output wire [S-1:0]    m_valid_o,        // a code for each encoder
    output wire [S*AB-1:0] m_codes_o,
    output wire            m_row_first_o,
    output wire            m_pix_last_o,
    output wire            done_o            // the map's last beat is shown
);
  localparam [XW-1:0] ZERO_X = {XW{1'b0}};

  reg [XW-1:0]   beat_q, x_q, y_q;
  reg            full_q;      // all beats have come
  reg [S-1:0]    valid_q;
  reg [S*AB-1:0] codes_q;
  reg            row_q, pix_q, done_q;

  wire beat_end = beat_q == d_last_beat_i;
  wire x_end    = x_q == d_last_x_i;
  wire y_end    = y_q == d_last_y_i;
  wire take     = s_valid_i && s_ready_o;
  wire tail     = d_columns_i ? x_end : beat_end;

  assign s_ready_o     = active_i && !full_q;
  assign m_valid_o     = valid_q;
  assign m_codes_o     = codes_q;
  assign m_row_first_o = row_q;
  assign m_pix_last_o  = pix_q;
  assign done_o        = done_q;

  always @(posedge clk_i) begin
    if (rst_i || !active_i) begin
      beat_q  <= ZERO_X;
      x_q     <= ZERO_X;
      y_q     <= ZERO_X;
      full_q  <= 1'b0;
      valid_q <= {S{1'b0}};
      row_q   <= 1'b0;
      pix_q   <= 1'b0;
      done_q  <= 1'b0;
    end else begin
      valid_q <= !take ? {S{1'b0}} : (d_columns_i && tail) ? d_tail_lanes_i : {S{1'b1}};
      row_q   <= take && x_q == ZERO_X && beat_q == ZERO_X;
      pix_q   <= beat_end;
      done_q  <= take && beat_end && x_end && y_end;
      if (take) begin
        beat_q <= beat_end ? ZERO_X : beat_q + 1'b1;
        if (beat_end) x_q <= x_end ? ZERO_X : x_q + 1'b1;
        if (beat_end && x_end) y_q <= y_q + 1'b1;
        if (beat_end && x_end && y_end) full_q <= 1'b1;
      end
    end
  end

  genvar j;
  generate
    for (j = 0; j < S; j = j + 1) begin : gen_lane
      wire missing = !d_columns_i && tail && !d_tail_lanes_i[j];
      always @(posedge clk_i) codes_q[j*AB +: AB] <= missing ? d_zero_i : s_data_i[j*TB +: AB];
      if (TB > AB) begin : gen_spare
        wire unused_bits = ^s_data_i[j*TB + AB +: TB - AB];
      end
    end
  endgenerate
endmodule
<@h.footer/>
