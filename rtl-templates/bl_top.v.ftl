<#import "header.ftl" as h><@h.header "bl_top" "the accelerator with its buses: AXI4-Stream in and out, AXI4-Lite control"/>
<#assign p = rtl>
// Input map: ${p.inputComment}
// Output map: ${p.outputComment}
// The tap_ outputs show every layer's codes for verification; leave them open otherwise.
module bl_top (
    input  wire        clk,
    input  wire        rst,
    input  wire        s_axis_tvalid,
    output wire        s_axis_tready,
    input  wire [${p.busBits - 1}:0] s_axis_tdata,
    output wire        m_axis_tvalid,
    input  wire        m_axis_tready,
    output wire [${p.busBits - 1}:0] m_axis_tdata,
    output wire        m_axis_tlast,
<#if p.loadsWeights>
    output wire        m_axi_arvalid,
    input  wire        m_axi_arready,
    output wire [31:0] m_axi_araddr,
    output wire [7:0]  m_axi_arlen,
    output wire [2:0]  m_axi_arsize,
    output wire [1:0]  m_axi_arburst,
    input  wire        m_axi_rvalid,
    output wire        m_axi_rready,
    input  wire [${p.weightBusBits - 1}:0] m_axi_rdata,
    input  wire        m_axi_rlast,
    input  wire [1:0]  m_axi_rresp,
</#if>
    input  wire        s_axil_awvalid,
    output wire        s_axil_awready,
    input  wire [11:0] s_axil_awaddr,
    input  wire        s_axil_wvalid,
    output wire        s_axil_wready,
    input  wire [31:0] s_axil_wdata,
    input  wire [3:0]  s_axil_wstrb,
    output wire        s_axil_bvalid,
    input  wire        s_axil_bready,
    output wire [1:0]  s_axil_bresp,
    input  wire        s_axil_arvalid,
    output wire        s_axil_arready,
    input  wire [11:0] s_axil_araddr,
    output wire        s_axil_rvalid,
    input  wire        s_axil_rready,
    output wire [31:0] s_axil_rdata,
    output wire [1:0]  s_axil_rresp,
    output wire        tap_layer_valid,
    output wire [${p.beatCodeBits - 1}:0] tap_layer_codes,
    output wire        tap_merge_valid,
    output wire [${p.beatCodeBits - 1}:0] tap_merge_codes,
    output wire        tap_table_valid,
    output wire [${p.beatCodeBits - 1}:0] tap_table_codes,
    output wire        tap_pool_valid,
    output wire [${p.beatCodeBits - 1}:0] tap_pool_codes,
    output wire [${p.stepBits - 1}:0]  tap_step
);
  wire                  enable, busy, step_end;
  wire [31:0]           step_cycles;
  wire [${p.sliceCountBits - 1}:0] useful;

  wire [31:0]           weight_base, argmax;
<#if p.loadsWeights>
  wire                  unused_rresp = ^m_axi_rresp;
<#else>
  wire                  unused_base = ^weight_base;
</#if>

  bl_core u_core (
      .clk_i(clk),
      .rst_i(rst),
      .enable_i(enable),
      .s_axis_tvalid_i(s_axis_tvalid),
      .s_axis_tready_o(s_axis_tready),
      .s_axis_tdata_i(s_axis_tdata),
      .m_axis_tvalid_o(m_axis_tvalid),
      .m_axis_tready_i(m_axis_tready),
      .m_axis_tdata_o(m_axis_tdata),
      .m_axis_tlast_o(m_axis_tlast),
<#if p.loadsWeights>
      .weight_base_i(weight_base),
      .m_axi_arvalid_o(m_axi_arvalid),
      .m_axi_arready_i(m_axi_arready),
      .m_axi_araddr_o(m_axi_araddr),
      .m_axi_arlen_o(m_axi_arlen),
      .m_axi_arsize_o(m_axi_arsize),
      .m_axi_arburst_o(m_axi_arburst),
      .m_axi_rvalid_i(m_axi_rvalid),
      .m_axi_rready_o(m_axi_rready),
      .m_axi_rdata_i(m_axi_rdata),
      .m_axi_rlast_i(m_axi_rlast),
</#if>
      .busy_o(busy),
      .step_o(tap_step),
      .step_end_o(step_end),
      .step_cycles_o(step_cycles),
      .argmax_o(argmax),
      .useful_o(useful),
      .tap_layer_valid_o(tap_layer_valid),
      .tap_layer_codes_o(tap_layer_codes),
      .tap_merge_valid_o(tap_merge_valid),
      .tap_merge_codes_o(tap_merge_codes),
      .tap_table_valid_o(tap_table_valid),
      .tap_table_codes_o(tap_table_codes),
      .tap_pool_valid_o(tap_pool_valid),
      .tap_pool_codes_o(tap_pool_codes)
  );

  bl_axil #(.STEPS(${p.stepCount}), .STW(${p.stepBits}), .UW(${p.sliceCountBits})) u_registers (
      .clk_i(clk),
      .rst_i(rst),
      .s_awvalid_i(s_axil_awvalid),
      .s_awready_o(s_axil_awready),
      .s_awaddr_i(s_axil_awaddr),
      .s_wvalid_i(s_axil_wvalid),
      .s_wready_o(s_axil_wready),
      .s_wdata_i(s_axil_wdata),
      .s_wstrb_i(s_axil_wstrb),
      .s_bvalid_o(s_axil_bvalid),
      .s_bready_i(s_axil_bready),
      .s_bresp_o(s_axil_bresp),
      .s_arvalid_i(s_axil_arvalid),
      .s_arready_o(s_axil_arready),
      .s_araddr_i(s_axil_araddr),
      .s_rvalid_o(s_axil_rvalid),
      .s_rready_i(s_axil_rready),
      .s_rdata_o(s_axil_rdata),
      .s_rresp_o(s_axil_rresp),
      .enable_o(enable),
      .weight_base_o(weight_base),
      .busy_i(busy),
      .step_i(tap_step),
      .step_end_i(step_end),
      .step_cycles_i(step_cycles),
      .argmax_i(argmax),
      .useful_i(useful)
  );
endmodule
<@h.footer/>
