<#import "header.ftl" as h><@h.header "bl_table" "a function of a code, looked up: a table for each function, codes a beat"/>
// The result comes one cycle later; without d_table_i the code itself does. Codes index a table with their sign bit
// turned, so that its first word belongs to the smallest code. Channels of a pixel's last beat that do not exist stay
// zero whatever the function says of zero.
module bl_table #(
    parameter integer P    = 4,  // codes a beat
    parameter integer AB   = 8,  // bits of a code
    parameter integer N    = 1,  // tables
    parameter integer NB   = 1,  // bits of a table's index, at least 1
    parameter integer XW   = 10, // bits of a beat number
    parameter         FILE = ""  // the tables, one after the other
) (
    input  wire            clk_i,
    input  wire            rst_i,
    input  wire            start_i,        // a layer begins
    input  wire            d_table_i,
    input  wire [NB-1:0]   d_index_i,
    input  wire [XW-1:0]   d_last_beat_i,  // beats of a pixel, less one
    input  wire [P-1:0]    d_tail_i,       // codes that exist in the last one
    input  wire [AB-1:0]   d_zero_i,       // zero of the result
    input  wire            s_valid_i,
    input  wire [P*AB-1:0] s_codes_i,
    output wire            m_valid_o,
    output wire [P*AB-1:0] m_codes_o
);
  reg            valid_q;
  reg [P*AB-1:0] pass_q;
  reg [XW-1:0]   beat_q;
  reg            last_q;
  wire           last = beat_q == d_last_beat_i;
  assign m_valid_o = valid_q;
  always @(posedge clk_i) begin
    if (rst_i) valid_q <= 1'b0;
    else valid_q <= s_valid_i;
    pass_q <= s_codes_i;
    last_q <= last;
    if (start_i) beat_q <= {XW{1'b0}};
    else if (s_valid_i) beat_q <= last ? {XW{1'b0}} : beat_q + 1'b1;
  end

  genvar j;
  generate
    for (j = 0; j < P; j = j + 1) begin : gen_code
      wire [AB-1:0] code = s_codes_i[j*AB +: AB];
      wire [AB-1:0] found;
      wire [AB-1:0] place = {!code[AB-1], code[AB-2:0]};
      if (N > 1) begin : gen_several
        bl_rom #(.WIDTH(AB), .DEPTH(N << AB), .ADDR(NB+AB), .FILE(FILE)) u_words (
            .clk_i(clk_i),
            .addr_i({d_index_i, place}),
            .data_o(found)
        );
      end else begin : gen_one
        wire unused_index = ^d_index_i;
        bl_rom #(.WIDTH(AB), .DEPTH(1 << AB), .ADDR(AB), .FILE(FILE)) u_words (
            .clk_i(clk_i),
            .addr_i(place),
            .data_o(found)
        );
      end
      assign m_codes_o[j*AB +: AB] = !d_table_i ? pass_q[j*AB +: AB] : last_q && !d_tail_i[j] ? d_zero_i : found;
    end
  endgenerate
endmodule
<@h.footer/>
