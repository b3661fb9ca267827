<#import "header.ftl" as h><@h.header "bl_drain" "adds the slices' partial sums of a window, P output channels a cycle, and the bias"/>
<#assign sc = rtl.scatterRows gt 0>
// A window waits until every slice has it; its beats follow each other without a gap, and the next window's
// first beat may follow at once. The accumulators of a beat are shown two cycles after it, with the
// requantization parameters of their channels.
module bl_drain #(
    parameter integer S     = 4,  // slices
    parameter integer P     = 4,  // channels a beat, a multiple of S
    parameter integer F     = 16, // lanes of a slice, a multiple of P
    parameter integer ACCW  = 24, // bits of an accumulator
    parameter integer BW    = 2,  // bits of a beat number, at least 1
    parameter integer XW    = 10, // bits of a group number
    parameter integer QB    = 8,  // bits of a channel's requantization parameters
    parameter integer PAW   = 4,  // bits of a parameter address
    parameter integer WORDS = 16, // parameter words
    parameter         FILE  = ""  // parameter words: for each channel {requantization, bias}, channel 0 low
) (
    input  wire                clk_i,
    input  wire                rst_i,
    input  wire                start_i,          // a layer begins
    input  wire [PAW-1:0]      d_param_base_i,   // its first parameter word
    input  wire [XW-1:0]       d_last_group_i,   // groups of output channels, less one
    input  wire [BW-1:0]       d_tail_beats_i,   // beats of the last group, less one
    input  wire [S-1:0]        s_valid_i,        // slices that have the window
    input  wire [S*F*ACCW-1:0] s_sums_i,         // slice 0 in the low bits
    output wire                s_pop_o,          // the window has been taken
<#if sc>
    // depthwise layers: beats come from bl_row_drain, channel 0 in the low bits
    input  wire                d_scatter_i,
    input  wire                row_take_i,
    input  wire                row_pixel_end_i,
    input  wire [P*ACCW-1:0]   row_sums_i,
</#if>
    output wire                m_valid_o,
    output wire [P*ACCW-1:0]   m_acc_o,          // channel 0 of the beat in the low bits
    output wire [P*QB-1:0]     m_param_o
);
  localparam integer BEATS_LESS_1 = F / P - 1;
  localparam [BW-1:0] FULL_BEATS = BEATS_LESS_1[BW-1:0];
  localparam integer  PB = QB + ACCW; // bits of a channel's parameters

  reg [BW-1:0]  beat_q;
  reg [XW-1:0]  group_q;
  reg [PAW-1:0] param_q;

  wire          tail       = group_q == d_last_group_i;
<#if sc>
  wire          windows    = &s_valid_i;
  wire          take       = d_scatter_i ? row_take_i : windows;
  wire          last_beat  = d_scatter_i ? row_pixel_end_i : beat_q == (tail ? d_tail_beats_i : FULL_BEATS);
<#else>
  wire          windows    = &s_valid_i;
  wire          take       = windows;
  wire          last_beat  = beat_q == (tail ? d_tail_beats_i : FULL_BEATS);
</#if>

  assign s_pop_o = windows && last_beat<#if sc> && !d_scatter_i</#if>;

  always @(posedge clk_i) begin
    if (rst_i || start_i) begin
      beat_q  <= {BW{1'b0}};
      group_q <= {XW{1'b0}};
      param_q <= d_param_base_i;
    end else if (take) begin
      beat_q  <= last_beat ? {BW{1'b0}} : beat_q + 1'b1;
      if (last_beat) group_q <= tail ? {XW{1'b0}} : group_q + 1'b1;
      param_q <= (last_beat && tail) ? d_param_base_i : param_q + 1'b1;
    end
  end

  wire [P*PB-1:0] params;
  bl_rom #(.WIDTH(P*PB), .DEPTH(WORDS), .ADDR(PAW), .FILE(FILE)) u_params (
      .clk_i(clk_i),
      .addr_i(param_q),
      .data_o(params)
  );

  reg             sum_valid_q;
  reg             acc_valid_q;
  assign m_valid_o = acc_valid_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      sum_valid_q <= 1'b0;
      acc_valid_q <= 1'b0;
    end else begin
      sum_valid_q <= take;
      acc_valid_q <= sum_valid_q;
    end
  end

  genvar j, s, b;
  generate
    for (j = 0; j < P; j = j + 1) begin : gen_channel
      wire [S*ACCW-1:0] parts;   // this channel's sum of each slice
      for (s = 0; s < S; s = s + 1) begin : gen_slice
        wire [(F/P)*ACCW-1:0] mine; // by beat
        for (b = 0; b < F / P; b = b + 1) begin : gen_beat
          assign mine[b*ACCW +: ACCW] = s_sums_i[(s*F + b*P + j)*ACCW +: ACCW];
        end
        assign parts[s*ACCW +: ACCW] = mine[beat_q*ACCW +: ACCW];
      end
      reg signed [ACCW-1:0] part;
      reg signed [ACCW-1:0] total;
      integer i;
      always @* begin
        total = {ACCW{1'b0}};
        for (i = 0; i < S; i = i + 1) begin
          part  = parts[i*ACCW +: ACCW];
          total = total + part;
        end
      end
      reg  signed [ACCW-1:0] sum_q;
      reg  signed [ACCW-1:0] acc_q;
      reg  [QB-1:0]          req_q;
      wire signed [ACCW-1:0] bias = params[j*PB +: ACCW];
      always @(posedge clk_i) begin
        sum_q <= <#if sc>d_scatter_i ? row_sums_i[j*ACCW +: ACCW] : </#if>total;
        acc_q <= sum_q + bias;
        req_q <= params[j*PB + ACCW +: QB];
      end
      assign m_acc_o[j*ACCW +: ACCW] = acc_q;
      assign m_param_o[j*QB +: QB]   = req_q;
    end
  endgenerate
endmodule
<@h.footer/>
