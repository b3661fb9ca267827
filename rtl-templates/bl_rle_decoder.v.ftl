<#import "header.ftl" as h><@h.header "bl_rle_decoder" "run-length decoder of one slice: tokens from the feature memory to a code a cycle"/>
// After start_i the first code is valid one cycle later and one follows every cycle in which step_i is high.
// Every pixel has per_pixel codes; those after its last token are zeros.
module bl_rle_decoder #(
    parameter integer AB  = 8,  // bits of a code
    parameter integer RB  = 4,  // bits of a run
    parameter integer FAW = 12, // bits of a feature memory address
    parameter integer EW  = 8   // bits of a position within a pixel
) (
    input  wire           clk_i,
    input  wire           rst_i,
    input  wire           start_i,      // begin at base_i
    input  wire [FAW-1:0] base_i,
    input  wire [AB-1:0]  zero_i,       // the code that counts as zero
    input  wire [EW-1:0]  last_pos_i,   // codes of a pixel, less one
    input  wire           step_i,       // the code has been taken
    output wire [FAW-1:0] raddr_o,      // feature memory read
    input  wire [RB+AB:0] rdata_i,
    output wire [AB-1:0]  code_o
);
  localparam [RB-1:0] RUN_0 = {RB{1'b0}};

  reg [FAW-1:0] addr_q;   // of the token at the memory's output
  reg [RB-1:0]  done_q;   // zeros of its run already given
  reg           tail_q;   // the pixel's last token is behind; zeros remain
  reg [EW-1:0]  pos_q;

  wire          tok_last = rdata_i[RB+AB];
  wire [RB-1:0] tok_run  = rdata_i[AB +: RB];
  wire [AB-1:0] tok_code = rdata_i[AB-1:0];
  wire          at_value = !tail_q && done_q == tok_run;
  wire          pix_end  = pos_q == last_pos_i;
  // The next token is fetched when the value is taken, or, after a last token, when the pixel ends.
  wire          advance  = step_i && ((at_value && (!tok_last || pix_end)) || (tail_q && pix_end));
  wire [FAW-1:0] next    = addr_q + 1'b1;

  assign code_o  = at_value ? tok_code : zero_i;
  assign raddr_o = start_i ? base_i : advance ? next : addr_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      addr_q <= {FAW{1'b0}};
      done_q <= RUN_0;
      tail_q <= 1'b0;
      pos_q  <= {EW{1'b0}};
    end else begin
      addr_q <= raddr_o;
      if (start_i) begin
        done_q <= RUN_0;
        tail_q <= 1'b0;
        pos_q  <= {EW{1'b0}};
      end else if (step_i) begin
        pos_q  <= pix_end ? {EW{1'b0}} : pos_q + 1'b1;
        done_q <= (at_value || tail_q) ? RUN_0 : done_q + 1'b1;
        tail_q <= !pix_end && (tail_q || (at_value && tok_last));
      end
    end
  end
endmodule
<@h.footer/>
