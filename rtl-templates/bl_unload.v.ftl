<#import "header.ftl" as h><@h.header "bl_unload" "sends the output map to the AXI4-Stream, S codes a beat"/>
// A beat is channels kS .. kS + S - 1 of a pixel, sign-extended to the bus; lanes beyond the last channel carry the
// zero point. The first beat is offered two cycles after start_i, the next as soon as one is taken.
module bl_unload #(
    parameter integer S   = 4,  // codes a beat
    parameter integer AB  = 8,  // bits of a code
    parameter integer TB  = 8,  // bits of a code on the bus, 8 or 16
    parameter integer RB  = 4,  // bits of a run
    parameter integer FAW = 12, // bits of a feature memory address
    parameter integer XW  = 10, // bits of a coordinate
    parameter integer CW  = 20  // bits of the number of beats
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    input  wire                  start_i,
    input  wire [FAW-1:0]        d_base_i,       // first token, the same in every slice
    input  wire [AB-1:0]         d_zero_i,
    input  wire [XW-1:0]         d_last_beat_i,  // beats of a pixel, less one
    input  wire [CW-1:0]         d_last_i,       // beats in all, less one
    output wire [S*FAW-1:0]      fm_addr_o,
    input  wire [S*(RB+AB+1)-1:0] fm_data_i,
    output wire                  m_valid_o,
    input  wire                  m_ready_i,
    output wire [S*TB-1:0]       m_data_o,
    output wire                  m_last_o,
    output wire                  done_o          // the last beat is being taken
);
  reg            run_q;      // decoders show a code
  reg [CW-1:0]   count_q;
  reg            valid_q;
  reg            last_q;
  reg [S*TB-1:0] data_q;

  wire step = run_q && (!valid_q || m_ready_i);
  wire last = count_q == d_last_i;

  assign m_valid_o = valid_q;
  assign m_last_o  = last_q;
  assign m_data_o  = data_q;
  assign done_o    = valid_q && m_ready_i && last_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      run_q   <= 1'b0;
      valid_q <= 1'b0;
      last_q  <= 1'b0;
      count_q <= {CW{1'b0}};
    end else begin
      if (start_i) run_q <= 1'b1;
      else if (step && last) run_q <= 1'b0;
      if (start_i) count_q <= {CW{1'b0}};
      else if (step) count_q <= count_q + 1'b1;
      if (step) begin
        valid_q <= 1'b1;
        last_q  <= last;
      end else if (m_ready_i) begin
        valid_q <= 1'b0;
        last_q  <= 1'b0;
      end
    end
  end

  genvar j;
  generate
    for (j = 0; j < S; j = j + 1) begin : gen_slice
      wire [AB-1:0] code;
      bl_rle_decoder #(.AB(AB), .RB(RB), .FAW(FAW), .EW(XW)) u_decoder (
          .clk_i(clk_i),
          .rst_i(rst_i),
          .start_i(start_i),
          .base_i(d_base_i),
          .zero_i(d_zero_i),
          .last_pos_i(d_last_beat_i),
          .step_i(step),
          .raddr_o(fm_addr_o[j*FAW +: FAW]),
          .rdata_i(fm_data_i[j*(RB+AB+1) +: RB+AB+1]),
          .code_o(code)
      );
      if (TB > AB) begin : gen_extend
        always @(posedge clk_i) if (step) data_q[j*TB +: TB] <= {{(TB-AB){code[AB-1]}}, code};
      end else begin : gen_same
        always @(posedge clk_i) if (step) data_q[j*TB +: TB] <= code;
      end
    end
  endgenerate
endmodule
<@h.footer/>
