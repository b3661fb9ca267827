<#import "header.ftl" as h><@h.header "bl_core" "the accelerator: memories, slices, drain, requantizers, pooling, encoders, sequencer"/>
<#assign S = rtl.slices, p = rtl, sc = rtl.scatterRows gt 0>
// Steps of this network:
<#list rtl.steps as step>
//   ${step?index}  ${step}
</#list>
module bl_core (
    input  wire             clk_i,
    input  wire             rst_i,
    input  wire             enable_i,
    // input map, see bl_load
    input  wire             s_axis_tvalid_i,
    output wire             s_axis_tready_o,
    input  wire [${p.busBits - 1}:0]      s_axis_tdata_i,
    // output map, see bl_unload
    output wire             m_axis_tvalid_o,
    input  wire             m_axis_tready_i,
    output wire [${p.busBits - 1}:0]      m_axis_tdata_o,
    output wire             m_axis_tlast_o,
<#if p.loadsWeights>
    // weights, AXI4 read channels
    input  wire [31:0]      weight_base_i,
    output wire             m_axi_arvalid_o,
    input  wire             m_axi_arready_i,
    output wire [31:0]      m_axi_araddr_o,
    output wire [7:0]       m_axi_arlen_o,
    output wire [2:0]       m_axi_arsize_o,
    output wire [1:0]       m_axi_arburst_o,
    input  wire             m_axi_rvalid_i,
    output wire             m_axi_rready_o,
    input  wire [${p.weightBusBits - 1}:0]      m_axi_rdata_i,
    input  wire             m_axi_rlast_i,
</#if>
    // status
    output wire             busy_o,
    output wire [${p.stepBits - 1}:0]       step_o,
    output wire             step_end_o,        // last cycle of a step
    output wire [31:0]      step_cycles_o,     // its cycles
    output wire [31:0]      argmax_o,          // index of the last output map's largest code
    output wire [${p.sliceCountBits - 1}:0]       useful_o,          // slices that multiply by a non-zero value in this cycle
    // observation: the codes of each layer after the requantizers, the second map, the table and pooling, channel 0 of
    // a beat in the low bits
    output wire             tap_layer_valid_o,
    output wire [${p.beatCodeBits - 1}:0]      tap_layer_codes_o,
    output wire             tap_merge_valid_o,
    output wire [${p.beatCodeBits - 1}:0]      tap_merge_codes_o,
    output wire             tap_table_valid_o,
    output wire [${p.beatCodeBits - 1}:0]      tap_table_codes_o,
    output wire             tap_pool_valid_o,
    output wire [${p.beatCodeBits - 1}:0]      tap_pool_codes_o
);
  localparam integer S    = ${S};   // slices
  localparam integer F    = ${p.lanes};   // lanes of a slice
  localparam integer Q    = ${p.requantizers};   // requantizers of a slice
  localparam integer QC   = ${p.requantizerCountBits};   // bits of a number of codes of a slice
  localparam integer P    = S * Q;   // codes a beat
  localparam integer AB   = ${p.actBits};   // bits of an activation code
  localparam integer TB   = ${p.busCodeBits};   // bits of a code on the bus
  localparam integer WB   = ${p.weightBits};   // bits of the integer a weight stands for
  localparam integer RB   = ${p.runBits};   // bits of a run
  localparam integer ACCW = ${p.accBits};   // bits of an accumulator
  localparam integer FAW  = ${p.featureAddressBits};   // bits of a feature memory address
  localparam integer RAW  = ${p.rowAddressBits};   // bits of a row pointer index
  localparam integer XW   = ${p.coordinateBits};   // bits of a coordinate
  localparam integer WAW  = ${p.weightAddressBits};   // bits of a weight address
  localparam integer QB   = ${p.requantBits};   // bits of a channel's requantization parameters
  localparam integer TOK  = RB + AB + 1;

<#if sc>
  // ---- after reset, the accumulators of depthwise layers are cleared ---------------------------------------
  localparam integer SCW  = ${p.scatterAddressBits};   // bits of their address
  localparam integer ROWS = ${p.scatterRows};   // lanes along a row index
  localparam integer COLS = ${p.scatterColumns};   // lanes along a column index
  reg            cleared_q;
  reg  [SCW-1:0] clear_addr_q;
  always @(posedge clk_i) begin
    if (rst_i) cleared_q <= 1'b0;
    else if (clear_addr_q == {SCW{1'b1}}) cleared_q <= 1'b1;
    if (rst_i) clear_addr_q <= {SCW{1'b0}};
    else if (!cleared_q) clear_addr_q <= clear_addr_q + 1'b1;
  end

</#if>
  // ---- sequencer -----------------------------------------------------------------------------------------
  wire [${p.descriptorBits - 1}:0] descriptor;
  wire load, start, start_middle, start_unload, unload;
  wire load_done, layer_done, unload_done;
<#if p.loadsWeights>
  wire weights_done;
</#if>
  bl_sequencer #(
      .STEPS(${p.stepCount}), .STW(${p.stepBits}), .DW(${p.descriptorBits}), .FILE("mem/descriptors.hex")
  ) u_sequencer (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .enable_i(enable_i<#if sc> && cleared_q</#if>),
      .beat_i(s_axis_tvalid_i && s_axis_tready_o),
      .done_i(load_done || layer_done || unload_done<#if p.loadsWeights> || weights_done</#if>),
      .load_o(load),
      .start_o(start),
      .start_layer_o(start_middle),
      .start_unload_o(start_unload),
      .unload_o(unload),
      .descriptor_o(descriptor),
      .busy_o(busy_o),
      .step_o(step_o),
      .step_end_o(step_end_o),
      .step_cycles_o(step_cycles_o)
  );

  // ---- descriptor fields ---------------------------------------------------------------------------------
<#list p.fields as f>
  wire <#if f.signed>signed </#if>[${f.width - 1}:0] d_${f.name} = descriptor[${f.lsb} +: ${f.width}];
</#list>
<#if p.loadsWeights>
  wire start_layer   = start_middle && !d_load_weights;
  wire start_weights = start_middle && d_load_weights;
<#else>
  wire start_layer = start_middle;
</#if>

<#if p.loadsWeights>
  // ---- weights -------------------------------------------------------------------------------------------
  localparam integer WW = F * <#if p.weightKind == "integer">WB<#else>${p.storedWeightBits}</#if>; // bits of a slice's word
  wire [S-1:0]   weight_we;
  wire [WAW-1:0] weight_waddr;
  wire [WW-1:0]  weight_wdata;
  bl_weight_load #(
      .S(S), .WW(WW), .DB(${p.weightBusBits}), .WB(${p.wordBeats}), .WBB(${p.wordBeatBits}), .SZ(${p.weightBusSize}), .WAW(WAW), .CW(${p.loadBeatBits})
  ) u_weight_load (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_weights),
      .base_i(weight_base_i),
      .d_address_i(d_load_address),
      .d_beats_i(d_load_beats),
      .m_arvalid_o(m_axi_arvalid_o),
      .m_arready_i(m_axi_arready_i),
      .m_araddr_o(m_axi_araddr_o),
      .m_arlen_o(m_axi_arlen_o),
      .m_arsize_o(m_axi_arsize_o),
      .m_arburst_o(m_axi_arburst_o),
      .m_rvalid_i(m_axi_rvalid_i),
      .m_rready_o(m_axi_rready_o),
      .m_rdata_i(m_axi_rdata_i),
      .m_rlast_i(m_axi_rlast_i),
      .we_o(weight_we),
      .waddr_o(weight_waddr),
      .wdata_o(weight_wdata),
      .done_o(weights_done)
  );

</#if>
  // ---- input and output ----------------------------------------------------------------------------------
  wire [S-1:0]     load_valid;
  wire [S*AB-1:0]  load_codes;
  wire             load_row, load_pix;
  bl_load #(.S(S), .AB(AB), .TB(TB), .XW(XW)) u_load (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .active_i(load),
      .d_columns_i(d_columns),
      .d_last_beat_i(d_last_beat),
      .d_last_x_i(d_last_x),
      .d_last_y_i(d_last_y),
      .d_tail_lanes_i(d_tail_lanes),
      .d_zero_i(d_out_zero),
      .s_valid_i(s_axis_tvalid_i),
      .s_ready_o(s_axis_tready_o),
      .s_data_i(s_axis_tdata_i),
      .m_valid_o(load_valid),
      .m_codes_o(load_codes),
      .m_row_first_o(load_row),
      .m_pix_last_o(load_pix),
      .done_o(load_done)
  );

  wire [S*FAW-1:0] unload_addr;
  wire [S*TOK-1:0] fm_data;
  bl_unload #(.S(S), .AB(AB), .TB(TB), .RB(RB), .FAW(FAW), .XW(XW), .CW(${p.outBeatBits})) u_unload (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_unload),
      .d_base_i(d_out_base),
      .d_zero_i(d_in_zero),
      .d_last_beat_i(d_last_beat),
      .d_last_i(d_out_beats),
      .fm_addr_o(unload_addr),
      .fm_data_i(fm_data),
      .m_valid_o(m_axis_tvalid_o),
      .m_ready_i(m_axis_tready_i),
      .m_data_o(m_axis_tdata_o),
      .m_last_o(m_axis_tlast_o),
      .done_o(unload_done)
  );

  bl_argmax #(.S(S), .TB(TB), .XW(XW), .TAIL(${p.outTail})) u_argmax (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .d_last_beat_i(d_last_beat),
      .s_valid_i(m_axis_tvalid_o && m_axis_tready_i),
      .s_codes_i(m_axis_tdata_o),
      .s_last_i(m_axis_tlast_o),
      .index_o(argmax_o)
  );

  // ---- encoders write, row pointers follow ---------------------------------------------------------------
  wire            pool_valid, pool_row, pool_pix;
  wire [P*AB-1:0] pool_codes;      // channel 0 of the beat in the low bits: lane j is slice j mod S
  wire            enc_pix   = load ? load_pix : pool_pix;
  wire            enc_row   = load ? load_row : pool_valid && pool_row && d_encode;
  wire [Q-1:0]    enc_tail;        // elements a slice has in the last beat of a pixel
<#list 0..<p.requantizers as i>
  assign enc_tail[${i}] = <#if i == 0>1'b1<#else>d_out_tail >= ${p.requantizerBits}'d${i}</#if>;
</#list>
<#if p.requantizers == 1>
  wire            unused_tail = d_out_tail;
</#if>
  wire [Q-1:0]    pool_mask = pool_valid && d_encode ? (pool_pix ? enc_tail : {Q{1'b1}}) : {Q{1'b0}};
  reg  [RAW-1:0]  out_row_q;
  always @(posedge clk_i) begin
    if (start) out_row_q <= d_out_row_base;
    else if (enc_row) out_row_q <= out_row_q + 1'b1;
  end

  // ---- slices --------------------------------------------------------------------------------------------
  wire [S-1:0]        win_valid;
  wire [S*F*ACCW-1:0] win_sums;
  wire                win_pop;
  wire [S-1:0]        useful;
<#if sc>
  wire                row_take, row_pixel_end, row_pop;
  wire [ROWS-1:0]     row_bank;
  wire [COLS-1:0]     row_column;
  wire [SCW-1:0]      row_addr;
  wire [S*XW-1:0]     rows_done;
<#list 0..<S as s>
  wire [Q*ACCW-1:0]   row_sums_${s};
</#list>
</#if>
<#list 0..<S as s>

  wire [FAW-1:0] walk_addr_${s};
  wire [RAW-1:0] row_index_${s};
  wire [FAW-1:0] row_ptr_${s};
<#if sc>
  wire [FAW-1:0] row_addr_${s};
  wire [RAW-1:0] row_row_${s};
  wire           row_valid_${s}, row_end_${s}, row_useful_${s};
  wire signed [AB:0] row_value_${s};
  wire [WAW-1:0] row_waddr_${s};
  wire [ROWS-1:0] row_rows_${s};
  wire [COLS-1:0] row_columns_${s}, row_hi_${s};
  wire [SCW-1:0] row_at_${s};
  wire [Q-1:0]   row_bank_${s};
</#if>
  wire           win_useful_${s};
  wire           tok_valid_${s}, tok_first_${s}, tok_last_${s};
  wire signed [AB:0] tok_value_${s};
  wire [WAW-1:0] tok_waddr_${s};
  wire [QC-1:0]  fm_we_${s};
  wire [FAW-1:0] fm_waddr_${s};
  wire [Q*TOK-1:0] fm_wdata_${s};
  wire [Q-1:0]   enc_valid_${s} = load ? {<#if p.requantizers gt 1>{(Q-1){1'b0}}, </#if>load_valid[${s}]} : pool_mask;
  wire [Q*AB-1:0] enc_codes_${s};
<#list 0..<p.requantizers as i>
  assign enc_codes_${s}[${i}*AB +: AB] = <#if i == 0>load ? load_codes[${s}*AB +: AB] : </#if>pool_codes[${i * S + s}*AB +: AB];
</#list>
  wire [FAW-1:0] enc_next_${s};

  bl_rle_encoder #(.AB(AB), .RB(RB), .FAW(FAW), .Q(Q), .QC(QC)) u_encoder_${s} (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start),
      .base_i(d_out_base),
      .zero_i(d_out_zero),
      .s_valid_i(enc_valid_${s}),
      .s_data_i(enc_codes_${s}),
      .s_last_i(enc_pix),
      .we_o(fm_we_${s}),
      .waddr_o(fm_waddr_${s}),
      .wdata_o(fm_wdata_${s}),
      .next_o(enc_next_${s})
  );
  bl_token_ram #(.WIDTH(TOK), .DEPTH(${p.featureWords}), .ADDR(FAW), .Q(Q), .QW(${p.requantizerLog}), .QC(QC)) u_features_${s} (
      .clk_i(clk_i),
      .we_i(fm_we_${s}),
      .waddr_i(fm_waddr_${s}),
      .wdata_i(fm_wdata_${s}),
      .raddr_i(unload ? unload_addr[${s}*FAW +: FAW] : <#if sc>d_scatter ? row_addr_${s} : </#if>walk_addr_${s}),
      .rdata_o(fm_data[${s}*TOK +: TOK])
  );
  bl_lutram #(.WIDTH(FAW), .DEPTH(${p.rowWords}), .ADDR(RAW)) u_rows_${s} (
      .clk_i(clk_i),
      .we_i(enc_row && enc_valid_${s}[0]),
      .waddr_i(out_row_q),
      .wdata_i(enc_next_${s}),
      .raddr_i(<#if sc>d_scatter ? row_row_${s} : </#if>row_index_${s}),
      .rdata_o(row_ptr_${s})
  );
  bl_walker #(
      .S(S), .SW(${p.sliceBits}), .SLICE(${s}), .AB(AB), .RB(RB), .FAW(FAW), .RAW(RAW), .XW(XW),
      .KH_MAX(${p.kernelRows}), .KRW(${p.kernelRowBits}), .WAW(WAW), .CREDITS(${p.fifoDepth}), .CRW(${p.fifoCountBits})
  ) u_walker_${s} (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer<#if sc> && !d_scatter</#if>),
      .d_columns_i(d_columns),
      .d_in_h_i(d_in_h),
      .d_in_w_i(d_in_w),
      .d_out_h_i(d_out_h),
      .d_out_w_i(d_out_w),
      .d_kernel_h_i(d_kernel_h),
      .d_kernel_w_i(d_kernel_w),
      .d_stride_y_i(d_stride_y),
      .d_stride_x_i(d_stride_x),
      .d_first_y_i(d_first_y),
      .d_first_x_i(d_first_x),
      .d_last_group_i(d_last_group),
      .d_first_row_i(d_first_row),
      .d_row_stride_i(d_row_stride),
      .d_weight_base_i(d_weight_base),
      .d_column_step_i(d_column_step),
      .d_pixel_step_i(d_pixel_step),
      .d_row_step_i(d_row_step),
      .d_group_step_i(d_group_step),
      .d_zero_i(d_in_zero),
      .fm_addr_o(walk_addr_${s}),
      .fm_data_i(fm_data[${s}*TOK +: TOK]),
      .row_index_o(row_index_${s}),
      .row_ptr_i(row_ptr_${s}),
      .pop_i(win_pop),
      .m_valid_o(tok_valid_${s}),
      .m_first_o(tok_first_${s}),
      .m_last_o(tok_last_${s}),
      .m_value_o(tok_value_${s}),
      .m_weight_addr_o(tok_waddr_${s}),
      .m_useful_o(win_useful_${s})
  );
<#if sc>
  bl_row_walker #(
      .AB(AB), .RB(RB), .FAW(FAW), .RAW(RAW), .XW(XW), .WAW(WAW), .ROWS(ROWS), .COLS(COLS), .SCW(SCW), .Q(Q), .QW(${p.requantizerLog})
  ) u_rows_walker_${s} (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer && d_scatter),
      .d_in_w_i(d_in_w),
      .d_out_h_i(d_out_h),
      .d_last_row_i(d_sc_last_row),
      .d_last_chunk_i(d_sc_last_chunk),
      .d_stride_y_i(d_stride_y),
      .d_stride_x_i(d_stride_x),
      .d_banks_i(d_sc_banks),
      .d_columns_i(d_sc_columns),
      .d_row0_i(d_sc_row0),
      .d_bank0_i(d_sc_bank0),
      .d_sub_y0_i(d_sc_sub_y0),
      .d_mask0_i(d_sc_mask0),
      .d_weight_base_i(d_weight_base),
      .d_group_step_i(d_group_step),
      .d_phase_y_i(d_sc_phase_y),
      .d_phase_y0_i(d_sc_phase_y0),
      .d_column_step_i(d_column_step),
      .d_phase_x0_i(d_sc_phase_x0),
      .d_lane0_i(d_sc_lane0),
      .d_sub_x0_i(d_sc_sub_x0),
      .d_div0_i(d_sc_div0),
      .d_words_i(d_sc_words),
      .d_addr0_i(d_sc_addr0),
      .d_full_i(d_sc_full),
      .d_rest_i(d_sc_rest),
      .d_first_row_i(d_first_row),
      .d_zero_i(d_in_zero),
      .fm_addr_o(row_addr_${s}),
      .fm_data_i(fm_data[${s}*TOK +: TOK]),
      .row_index_o(row_row_${s}),
      .row_ptr_i(row_ptr_${s}),
      .pop_i(row_pop),
      .m_valid_o(row_valid_${s}),
      .m_row_end_o(row_end_${s}),
      .m_value_o(row_value_${s}),
      .m_weight_addr_o(row_waddr_${s}),
      .m_rows_o(row_rows_${s}),
      .m_columns_o(row_columns_${s}),
      .m_hi_o(row_hi_${s}),
      .m_addr_o(row_at_${s}),
      .m_bank_o(row_bank_${s}),
      .m_useful_o(row_useful_${s})
  );
  assign useful[${s}] = d_scatter ? row_useful_${s} : win_useful_${s};
<#else>
  assign useful[${s}] = win_useful_${s};
</#if>
  bl_mac_slice #(
      .F(F), .AB(AB), .WB(WB),<#if p.weightKind != "integer"> .SB(${p.storedWeightBits}),</#if><#if p.weightKind == "book"> .EN(${p.bookEntries}),</#if> .ACCW(ACCW), .WAW(WAW), .WORDS(${p.weightWords}),<#if !p.loadsWeights> .FILE("mem/weights_${s}.hex"),</#if>
      .MS(${p.multiplyStages}), .DEPTH(${p.fifoDepth}), .DAW(${p.fifoAddressBits}),<#if sc> .ROWS(ROWS), .COLS(COLS), .SCW(SCW), .SCN(${p.scatterWords}), .Q(Q), .XW(XW),</#if> .DCW(${p.fifoCountBits})
  ) u_macs_${s} (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .s_valid_i(<#if sc>d_scatter ? row_valid_${s} : </#if>tok_valid_${s}),
      .s_first_i(tok_first_${s}),
      .s_last_i(tok_last_${s}),
      .s_value_i(<#if sc>d_scatter ? row_value_${s} : </#if>tok_value_${s}),
      .s_weight_addr_i(<#if sc>d_scatter ? row_waddr_${s} : </#if>tok_waddr_${s}),
<#if p.loadsWeights>
      .w_we_i(weight_we[${s}]),
      .w_addr_i(weight_waddr),
      .w_data_i(weight_wdata),
</#if>
<#if p.weightKind == "book">
      .d_book_i(d_book),
</#if>
<#if sc>
      .start_i(start_layer),
      .s_scatter_i(d_scatter),
      .s_row_end_i(row_end_${s}),
      .s_rows_i(row_rows_${s}),
      .s_columns_i(row_columns_${s}),
      .s_hi_i(row_hi_${s}),
      .s_addr_i(row_at_${s}),
      .s_bank_i(row_bank_${s}),
      .d_words_i(d_sc_words),
      .row_take_i(row_take),
      .row_bank_i(row_bank),
      .row_column_i(row_column),
      .row_addr_i(row_addr),
      .row_sums_o(row_sums_${s}),
      .rows_o(rows_done[${s}*XW +: XW]),
      .clear_i(!cleared_q),
      .clear_addr_i(clear_addr_q),
</#if>
      .m_valid_o(win_valid[${s}]),
      .m_sums_o(win_sums[${s}*F*ACCW +: F*ACCW]),
      .m_pop_i(win_pop)
  );
</#list>

  // ---- drain and requantization --------------------------------------------------------------------------
<#if sc>
  bl_row_drain #(.S(S), .XW(XW), .SCW(SCW), .ROWS(ROWS), .COLS(COLS)) u_row_drain (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer && d_scatter),
      .d_out_h_i(d_out_h),
      .d_out_w_i(d_out_w),
      .d_need0_i(d_sc_need0),
      .d_stride_y_i(d_stride_y),
      .d_last_row_i(d_sc_last_row),
      .d_banks_i(d_sc_banks),
      .d_columns_i(d_sc_columns),
      .d_last_beat_i(d_last_beat),
      .s_rows_i(rows_done),
      .take_o(row_take),
      .pixel_end_o(row_pixel_end),
      .row_end_o(row_pop),
      .bank_o(row_bank),
      .column_o(row_column),
      .addr_o(row_addr)
  );
  wire [P*ACCW-1:0] row_sums;
<#list 0..<S as s>
<#list 0..<p.requantizers as i>
  assign row_sums[${i * S + s}*ACCW +: ACCW] = row_sums_${s}[${i}*ACCW +: ACCW];
</#list>
</#list>

</#if>
  wire              acc_valid;
  wire [P*ACCW-1:0] acc;
  wire [P*QB-1:0]   req_params;
  bl_drain #(
      .S(S), .P(P), .F(F), .ACCW(ACCW), .BW(${p.beatBits}), .XW(XW), .QB(QB), .PAW(${p.paramAddressBits}), .WORDS(${p.paramWords}),
      .FILE("mem/params.hex")
  ) u_drain (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer),
      .d_param_base_i(d_param_base),
      .d_last_group_i(d_last_group),
      .d_tail_beats_i(d_tail_beats),
      .s_valid_i(win_valid),
      .s_sums_i(win_sums),
      .s_pop_o(win_pop),
<#if sc>
      .d_scatter_i(d_scatter),
      .row_take_i(row_take),
      .row_pixel_end_i(row_pixel_end),
      .row_sums_i(row_sums),
</#if>
      .m_valid_o(acc_valid),
      .m_acc_o(acc),
      .m_param_o(req_params)
  );

  wire [P-1:0]    code_valid;
  wire [P*AB-1:0] codes;
  genvar j;
  generate
    for (j = 0; j < P; j = j + 1) begin : gen_requant
<#if p.multiply>
      bl_requant_multiply #(.SINGLE_ROUND(${p.singleRounding?string("1", "0")}), .ACCW(ACCW), .AB(AB)) u_requant (
          .clk_i(clk_i),
          .rst_i(rst_i),
          .d_zero_i(d_req_zero),
          .d_lo_i(d_lo),
          .d_hi_i(d_hi),
          .s_valid_i(acc_valid),
          .s_acc_i(acc[j*ACCW +: ACCW]),
          .s_param_i(req_params[j*QB +: QB]),
          .m_valid_o(code_valid[j]),
          .m_code_o(codes[j*AB +: AB])
      );
<#else>
      wire unused_params = ^req_params[j*QB +: QB];
      bl_requant_shift #(.ACCW(ACCW), .LEFT(${p.leftShift}), .AB(AB)) u_requant (
          .clk_i(clk_i),
          .rst_i(rst_i),
          .d_right_i(d_right),
          .d_left_i(d_left),
          .d_mode_i(d_mode),
          .d_wrap_i(d_wrap),
          .d_lo_i(d_lo),
          .d_hi_i(d_hi),
          .s_valid_i(acc_valid),
          .s_acc_i(acc[j*ACCW +: ACCW]),
          .m_valid_o(code_valid[j]),
          .m_code_o(codes[j*AB +: AB])
      );
</#if>
    end
  endgenerate

  // ---- a second map, a table ------------------------------------------------------------------------------
  wire            codes_valid = &code_valid;
  wire            merged_valid;
  wire [P*AB-1:0] merged;
<#if p.merge>
  bl_merge #(.P(P), .AB(AB), .WORDS(${p.sideWords}), .SAW(${p.sideAddressBits})) u_merge (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer),
      .d_side_i(d_mg_side),
      .d_keep_i(d_keep),
      .d_keep_base_i(d_keep_base),
      .d_mode_i(d_mg_mode),
      .d_minus_own_i(d_mg_minus_own),
      .d_minus_other_i(d_mg_minus_other),
<#if p.multiply>
      .d_own_zero_i(d_mg_own_zero),
      .d_other_zero_i(d_mg_other_zero),
      .d_zero_i(d_mg_zero),
      .d_own_i(d_mg_own),
      .d_other_i(d_mg_other),
      .d_sum_i(d_mg_sum),
<#else>
      .d_own_left_i(d_mg_own_left),
      .d_other_left_i(d_mg_other_left),
      .d_right_i(d_mg_right),
      .d_left_i(d_mg_left),
      .d_round_i(d_mg_round),
      .d_wrap_i(d_mg_wrap),
</#if>
      .d_lo_i(d_mg_lo),
      .d_hi_i(d_mg_hi),
      .s_valid_i(codes_valid),
      .s_codes_i(codes),
      .m_valid_o(merged_valid),
      .m_codes_o(merged),
      .keep_valid_i(pool_valid),
      .keep_codes_i(pool_codes)
  );
<#if !p.multiply>
  wire            unused_zeros = ^{d_mg_own_zero, d_mg_other_zero, d_mg_zero};
</#if>
<#else>
  assign merged_valid = codes_valid;
  assign merged       = codes;
</#if>
  wire            looked_valid;
  wire [P*AB-1:0] looked;
<#if p.tables gt 0>
  bl_table #(.P(P), .AB(AB), .N(${p.tables}), .NB(${p.tableBits}), .XW(XW), .FILE("mem/tables.hex")) u_table (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer),
      .d_table_i(d_table),
      .d_index_i(d_table_index),
      .d_last_beat_i(d_last_beat),
      .d_tail_i(d_table_tail),
      .d_zero_i(d_out_zero),
      .s_valid_i(merged_valid),
      .s_codes_i(merged),
      .m_valid_o(looked_valid),
      .m_codes_o(looked)
  );
<#else>
  assign looked_valid = merged_valid;
  assign looked       = merged;
</#if>

  // ---- pooling -------------------------------------------------------------------------------------------
  bl_pool #(
      .P(P), .AB(AB), .SUMW(${p.sumBits}), .RECW(${p.reciprocalBits}), .SHW(${p.reciprocalShiftBits}), .XW(XW), .WORDS(${p.poolWords}), .PW(${p.poolAddressBits})
  ) u_pool (
      .clk_i(clk_i),
      .rst_i(rst_i),
      .start_i(start_layer),
      .d_average_i(d_average),
      .d_last_beat_i(d_last_beat),
      .d_last_x_i(d_last_x),
      .d_last_y_i(d_last_y),
      .d_last_wx_i(d_last_wx),
      .d_last_wy_i(d_last_wy),
      .d_cols_i(d_pool_cols),
      .d_rows_i(d_pool_rows),
      .d_count_i(d_pool_count),
      .d_offset_i(d_pool_offset),
      .d_reciprocal_i(d_pool_reciprocal),
      .d_shift_i(d_pool_shift),
      .d_mode_i(d_pool_mode),
      .d_lo_i(d_pool_lo),
      .d_hi_i(d_pool_hi),
      .s_valid_i(looked_valid),
      .s_codes_i(looked),
      .m_valid_o(pool_valid),
      .m_codes_o(pool_codes),
      .m_row_first_o(pool_row),
      .m_pix_last_o(pool_pix),
      .done_o(layer_done)
  );

  assign tap_layer_valid_o = codes_valid;
  assign tap_layer_codes_o = codes;
  assign tap_merge_valid_o = merged_valid;
  assign tap_merge_codes_o = merged;
  assign tap_table_valid_o = looked_valid;
  assign tap_table_codes_o = looked;
  assign tap_pool_valid_o  = pool_valid;
  assign tap_pool_codes_o  = pool_codes;

  reg [${p.sliceCountBits - 1}:0] useful_count;
  integer i;
  always @* begin
    useful_count = ${p.sliceCountBits}'d0;
    for (i = 0; i < S; i = i + 1) useful_count = useful_count + {${p.sliceCountBits - 1}'d0, useful[i]};
  end
  assign useful_o = useful_count;
endmodule
<@h.footer/>
