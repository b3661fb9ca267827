<#import "header.ftl" as h><@h.header "bl_ram" "memory with one write port and one registered read port (block RAM)"/>
// A read and a write of the same address in one cycle give the old word.
module bl_ram #(
    parameter integer WIDTH = 8,  // bits of a word
    parameter integer DEPTH = 16, // words
    parameter integer ADDR  = 4   // bits of an address, at least clog2(DEPTH)
) (
    input  wire             clk_i,
    input  wire             we_i,
    input  wire [ADDR-1:0]  waddr_i,
    input  wire [WIDTH-1:0] wdata_i,
    input  wire [ADDR-1:0]  raddr_i,
    output wire [WIDTH-1:0] rdata_o   // word at raddr_i of the cycle before
);
  reg [WIDTH-1:0] mem_q [0:DEPTH-1];
  reg [WIDTH-1:0] rdata_q;

  assign rdata_o = rdata_q;

  always @(posedge clk_i) begin
    if (we_i) mem_q[waddr_i] <= wdata_i;
    rdata_q <= mem_q[raddr_i];
  end
endmodule
<@h.footer/>
