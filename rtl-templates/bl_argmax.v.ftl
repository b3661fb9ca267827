<#import "header.ftl" as h><@h.header "bl_argmax" "index of the largest code of the output map, as it leaves"/>
// The index counts codes in the order y, x, channel; the first of equal ones wins. It is shown from the cycle after the
// map's last beat on.
module bl_argmax #(
    parameter integer S    = 4,  // codes a beat
    parameter integer TB   = 8,  // bits of a code on the bus
    parameter integer XW   = 10, // bits of a beat number
    parameter integer TAIL = 4   // codes that exist in a pixel's last beat
) (
    input  wire            clk_i,
    input  wire            rst_i,
    input  wire [XW-1:0]   d_last_beat_i, // beats of a pixel, less one
    input  wire            s_valid_i,     // a beat leaves
    input  wire [S*TB-1:0] s_codes_i,
    input  wire            s_last_i,      // the map's last
    output wire [31:0]     index_o
);
  reg [XW-1:0]        beat_q;
  reg [31:0]          base_q;      // index of the beat's first code
  reg                 any_q;       // a code has been seen
  reg signed [TB-1:0] best_q;
  reg [31:0]          at_q;
  reg [31:0]          index_q;
  assign index_o = index_q;

  wire tail = beat_q == d_last_beat_i;

  reg                 any;
  reg signed [TB-1:0] best;
  reg [31:0]          at;
  reg signed [TB-1:0] code;
  integer j;
  always @* begin
    any  = any_q;
    best = best_q;
    at   = at_q;
    code = {TB{1'b0}};
    for (j = 0; j < S; j = j + 1) begin
      code = s_codes_i[j*TB +: TB];
      if ((!tail || j < TAIL) && (!any || code > best)) begin
        any  = 1'b1;
        best = code;
        at   = base_q + j;
      end
    end
  end

  always @(posedge clk_i) begin
    if (rst_i || (s_valid_i && s_last_i)) begin
      beat_q <= {XW{1'b0}};
      base_q <= 32'd0;
      any_q  <= 1'b0;
    end else if (s_valid_i) begin
      beat_q <= tail ? {XW{1'b0}} : beat_q + 1'b1;
      base_q <= base_q + (tail ? TAIL : S);
      any_q  <= any;
    end
    if (s_valid_i) begin
      best_q <= best;
      at_q   <= at;
      if (s_last_i) index_q <= at;
    end
  end
endmodule
<@h.footer/>
