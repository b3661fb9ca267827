<#import "header.ftl" as h><@h.header "bl_resize" "an unsigned number at another width: zeros added, or high bits dropped"/>
module bl_resize #(
    parameter integer IN  = 8, // bits in
    parameter integer OUT = 8  // bits out
) (
    input  wire [IN-1:0]  in_i,
    output wire [OUT-1:0] out_o
);
  generate
    if (OUT > IN) begin : gen_wider
      assign out_o = {{(OUT-IN){1'b0}}, in_i};
    end else if (OUT == IN) begin : gen_same
      assign out_o = in_i;
    end else begin : gen_narrower
      wire unused_high = ^in_i[IN-1:OUT];
      assign out_o = in_i[OUT-1:0];
    end
  endgenerate
endmodule
<@h.footer/>
