<#import "header.ftl" as h><@h.header "bl_rom" "memory initialised from a file, one registered read port"/>
module bl_rom #(
    parameter integer WIDTH = 8,  // bits of a word
    parameter integer DEPTH = 16, // words
    parameter integer ADDR  = 4,  // bits of an address, at least clog2(DEPTH)
    parameter         FILE  = ""  // hexadecimal words, one a line
) (
    input  wire             clk_i,
    input  wire [ADDR-1:0]  addr_i,
    output wire [WIDTH-1:0] data_o    // word at addr_i of the cycle before
);
  reg [WIDTH-1:0] mem_q [0:DEPTH-1];
  reg [WIDTH-1:0] data_q;

  assign data_o = data_q;

  initial begin
    if (FILE != "") $readmemh(FILE, mem_q);
  end

  always @(posedge clk_i) data_q <= mem_q[addr_i];
endmodule
<@h.footer/>
