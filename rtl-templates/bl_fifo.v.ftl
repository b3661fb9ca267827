<#import "header.ftl" as h><@h.header "bl_fifo" "partial sums of finished windows, waiting for the drain"/>
// A word pushed in one cycle is at the head from the next cycle on. The writer counts credits, so there is no
// full flag; an overflow is a broken contract.
module bl_fifo #(
    parameter integer WIDTH = 64, // bits of a word
    parameter integer DEPTH = 4,  // words, at least 2
    parameter integer ADDR  = 2,  // bits of a pointer, clog2(DEPTH)
    parameter integer COUNT = 3   // bits of the fill level, clog2(DEPTH + 1)
) (
    input  wire             clk_i,
    input  wire             rst_i,
    input  wire             push_i,
    input  wire [WIDTH-1:0] data_i,
    input  wire             pop_i,
    output wire             valid_o, // a word is at the head
    output wire [WIDTH-1:0] head_o
);
  localparam integer LAST_INT = DEPTH - 1;
  localparam [ADDR-1:0] LAST = LAST_INT[ADDR-1:0];

  reg [ADDR-1:0]  wr_q;
  reg [ADDR-1:0]  rd_q;
  reg [COUNT-1:0] count_q;

  assign valid_o = count_q != {COUNT{1'b0}};

  bl_lutram #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ADDR(ADDR)) u_words (
      .clk_i(clk_i),
      .we_i(push_i),
      .waddr_i(wr_q),
      .wdata_i(data_i),
      .raddr_i(rd_q),
      .rdata_o(head_o)
  );

  always @(posedge clk_i) begin
    if (rst_i) begin
      wr_q    <= {ADDR{1'b0}};
      rd_q    <= {ADDR{1'b0}};
      count_q <= {COUNT{1'b0}};
    end else begin
      if (push_i) wr_q <= (wr_q == LAST) ? {ADDR{1'b0}} : wr_q + 1'b1;
      if (pop_i) rd_q <= (rd_q == LAST) ? {ADDR{1'b0}} : rd_q + 1'b1;
      if (push_i && !pop_i) count_q <= count_q + 1'b1;
      if (!push_i && pop_i) count_q <= count_q - 1'b1;
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (!rst_i && pop_i && !valid_o) $display("%m: popped while empty");
    if (!rst_i && push_i && !pop_i && count_q == DEPTH[COUNT-1:0]) $display("%m: pushed while full");
  end
`endif
endmodule
<@h.footer/>
