<#import "header.ftl" as h><@h.header "bl_token_ram" "feature memory of one slice: up to Q consecutive tokens written, one read"/>
// Token a lies in bank a mod Q, so that Q consecutive ones meet Q different banks.
module bl_token_ram #(
    parameter integer WIDTH = 13, // bits of a token
    parameter integer DEPTH = 16, // tokens
    parameter integer ADDR  = 4,  // bits of an address
    parameter integer Q     = 1,  // banks, 1, 2 or 4
    parameter integer QW    = 0,  // clog2(Q)
    parameter integer QC    = 1   // bits of a number of tokens, clog2(Q + 1)
) (
    input  wire               clk_i,
    input  wire [QC-1:0]      we_i,    // tokens written
    input  wire [ADDR-1:0]    waddr_i, // address of the first
    input  wire [Q*WIDTH-1:0] wdata_i, // the first in the low bits
    input  wire [ADDR-1:0]    raddr_i,
    output wire [WIDTH-1:0]   rdata_o  // token at raddr_i of the cycle before
);
  generate
    if (Q == 1) begin : gen_one
      bl_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ADDR(ADDR)) u_ram (
          .clk_i(clk_i),
          .we_i(we_i[0]),
          .waddr_i(waddr_i),
          .wdata_i(wdata_i),
          .raddr_i(raddr_i),
          .rdata_o(rdata_o)
      );
    end else begin : gen_banks
      localparam integer WORDS = (DEPTH + Q - 1) / Q;
      localparam integer QX = QW > 0 ? QW : 1;
      reg  [QX-1:0]      bank_q;
      wire [Q*WIDTH-1:0] read;
      always @(posedge clk_i) bank_q <= raddr_i[QX-1:0];
      assign rdata_o = read[bank_q*WIDTH +: WIDTH];
      genvar b;
      for (b = 0; b < Q; b = b + 1) begin : gen_bank
        localparam integer  BANK_INT = b;
        localparam [QX-1:0] BANK = BANK_INT[QX-1:0];
        wire [QX-1:0]   place = BANK - waddr_i[QX-1:0];   // which of the tokens falls here
        wire [ADDR-1:0] at    = waddr_i + {{(ADDR-QX){1'b0}}, place};
        wire            unused_low = ^at[QX-1:0];
        wire [QC-1:0]   place_x;
        bl_resize #(.IN(QX), .OUT(QC)) u_place (.in_i(place), .out_o(place_x));
        bl_ram #(.WIDTH(WIDTH), .DEPTH(WORDS), .ADDR(ADDR-QX)) u_ram (
            .clk_i(clk_i),
            .we_i(place_x < we_i),
            .waddr_i(at[ADDR-1:QX]),
            .wdata_i(wdata_i[place*WIDTH +: WIDTH]),
            .raddr_i(raddr_i[ADDR-1:QX]),
            .rdata_o(read[b*WIDTH +: WIDTH])
        );
      end
    end
  endgenerate
endmodule
<@h.footer/>
