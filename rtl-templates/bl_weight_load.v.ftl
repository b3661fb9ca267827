<#import "header.ftl" as h><@h.header "bl_weight_load" "fetches the weights of the next layers over AXI4 (read only)"/>
// Incrementing bursts of up to 256 beats, at most two under way. Beats of a word follow each other from its low bits on;
// word 0 of slice 0, of slice 1, ..., then word 1. The response code is not looked at.
module bl_weight_load #(
    parameter integer S   = 4,   // slices
    parameter integer WW  = 128, // bits of a slice's word
    parameter integer DB  = 64,  // bits of the bus
    parameter integer WB  = 2,   // beats of a word
    parameter integer WBB = 1,   // bits of a beat's number within a word, at least 1
    parameter integer SZ  = 3,   // logarithm of the bytes of a beat
    parameter integer WAW = 12,  // bits of a weight address
    parameter integer CW  = 20   // bits of the number of beats, at least 9
) (
    input  wire            clk_i,
    input  wire            rst_i,
    input  wire            start_i,
    input  wire [31:0]     base_i,        // of all weights
    input  wire [31:0]     d_address_i,   // of this load, relative to it
    input  wire [CW-1:0]   d_beats_i,
    output wire            m_arvalid_o,
    input  wire            m_arready_i,
    output wire [31:0]     m_araddr_o,
    output wire [7:0]      m_arlen_o,
    output wire [2:0]      m_arsize_o,
    output wire [1:0]      m_arburst_o,
    input  wire            m_rvalid_i,
    output wire            m_rready_o,
    input  wire [DB-1:0]   m_rdata_i,
    input  wire            m_rlast_i,
    output wire [S-1:0]    we_o,          // a slice's word is written
    output wire [WAW-1:0]  waddr_o,
    output wire [WW-1:0]   wdata_o,
    output wire            done_o
);
  localparam integer LAST_BEAT_INT = WB - 1;
  localparam [WBB-1:0] LAST_BEAT = LAST_BEAT_INT[WBB-1:0];
  localparam integer BURST_BYTES = 256 << SZ;
  localparam [CW-1:0] BURST = {{(CW-9){1'b0}}, 9'd256};

  reg               run_q;
  reg [CW-1:0]      ask_q;     // beats not yet asked for
  reg [CW-1:0]      left_q;    // beats not yet come
  reg [31:0]        address_q;
  reg [1:0]         bursts_q;  // under way
  reg [WBB-1:0]     beat_q;
  reg [WB*DB-1:0]   word_q;
  reg [S-1:0]       slice_q;
  reg [S-1:0]       we_q;
  reg [WAW-1:0]     word_addr_q;
  reg [WAW-1:0]     waddr_q;
  reg               done_q;

  wire [7:0]    less    = ask_q[7:0] - 8'd1;
  wire          asks    = m_arvalid_o && m_arready_i;
  wire          comes   = m_rvalid_i && m_rready_o;
  wire          ends    = comes && m_rlast_i;
  wire          word_end = beat_q == LAST_BEAT;

  assign m_arvalid_o = run_q && ask_q != {CW{1'b0}} && bursts_q != 2'd2;
  assign m_araddr_o  = address_q;
  assign m_arlen_o   = ask_q > BURST ? 8'd255 : less;
  assign m_arsize_o  = SZ[2:0];
  assign m_arburst_o = 2'b01;
  assign m_rready_o  = run_q;
  assign we_o        = we_q;
  assign waddr_o     = waddr_q;
  assign wdata_o     = word_q[WW-1:0];
  assign done_o      = done_q;
  generate
    if (WB * DB > WW) begin : gen_spare
      wire unused_spare = ^word_q[WB*DB-1:WW];
    end
  endgenerate

  always @(posedge clk_i) begin
    if (rst_i) begin
      run_q    <= 1'b0;
      bursts_q <= 2'd0;
      we_q     <= {S{1'b0}};
      done_q   <= 1'b0;
    end else begin
      if (start_i) run_q <= 1'b1;
      else if (comes && left_q == {{(CW-1){1'b0}}, 1'b1}) run_q <= 1'b0;
      bursts_q <= bursts_q + {1'b0, asks} - {1'b0, ends};
      we_q     <= comes && word_end ? slice_q : {S{1'b0}};
      done_q   <= comes && left_q == {{(CW-1){1'b0}}, 1'b1};
    end
    if (start_i) begin
      ask_q       <= d_beats_i;
      left_q      <= d_beats_i;
      address_q   <= base_i + d_address_i;
      beat_q      <= {WBB{1'b0}};
      slice_q     <= {{(S-1){1'b0}}, 1'b1};
      word_addr_q <= {WAW{1'b0}};
    end else begin
      if (asks) begin
        ask_q     <= ask_q > BURST ? ask_q - BURST : {CW{1'b0}};
        address_q <= address_q + BURST_BYTES;
      end
      if (comes) begin
        left_q <= left_q - {{(CW-1){1'b0}}, 1'b1};
        beat_q <= word_end ? {WBB{1'b0}} : beat_q + 1'b1;
        if (word_end) slice_q <= {slice_q[S-2:0], slice_q[S-1]};
        if (word_end && slice_q[S-1]) word_addr_q <= word_addr_q + 1'b1;
      end
    end
    waddr_q <= word_addr_q;
    if (comes) word_q[beat_q*DB +: DB] <= m_rdata_i;
  end
endmodule
<@h.footer/>
