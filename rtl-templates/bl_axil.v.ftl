<#import "header.ftl" as h><@h.header "bl_axil" "AXI4-Lite control and status registers"/>
// address   access  meaning
// 0x000     r       0x424C4F4D ("BLOM")
// 0x004     rw      control: bit 0 enable (1 after reset)
// 0x008     r       status: bit 0 busy, bits 15..8 current step
// 0x00C     r       inferences finished
// 0x010     r       cycles of the last inference, from its first input beat to its last output beat
// 0x014     r       multiplications by non-zero activations of the last inference, per lane
// 0x018     r       number of steps
// 0x01C     rw      address of the weights outside, where they are loaded
// 0x020     r       index of the largest code of the last output map (arg max), order y, x, channel
// 0x100+4n  r       cycles of step n of the last inference
// Other addresses read 0; writes to read-only ones are ignored. One access at a time.
module bl_axil #(
    parameter integer STEPS = 4, // steps of an inference
    parameter integer STW   = 2, // bits of a step number, at most 8
    parameter integer UW    = 3  // bits of the number of useful slices
) (
    input  wire           clk_i,
    input  wire           rst_i,
    // AXI4-Lite
    input  wire           s_awvalid_i,
    output wire           s_awready_o,
    input  wire [11:0]    s_awaddr_i,
    input  wire           s_wvalid_i,
    output wire           s_wready_o,
    input  wire [31:0]    s_wdata_i,
    input  wire [3:0]     s_wstrb_i,
    output wire           s_bvalid_o,
    input  wire           s_bready_i,
    output wire [1:0]     s_bresp_o,
    input  wire           s_arvalid_i,
    output wire           s_arready_o,
    input  wire [11:0]    s_araddr_i,
    output wire           s_rvalid_o,
    input  wire           s_rready_i,
    output wire [31:0]    s_rdata_o,
    output wire [1:0]     s_rresp_o,
    // core
    output wire           enable_o,
    output wire [31:0]    weight_base_o,
    input  wire           busy_i,
    input  wire [STW-1:0] step_i,
    input  wire           step_end_i,
    input  wire [31:0]    step_cycles_i,
    input  wire [31:0]    argmax_i,
    input  wire [UW-1:0]  useful_i
);
  localparam integer LAST_INT = STEPS - 1;
  localparam [STW-1:0] LAST = LAST_INT[STW-1:0];

  reg        enable_q;
  reg [31:0] base_q;
  reg        bvalid_q;
  reg        rvalid_q;
  reg [31:0] rdata_q;
  reg [31:0] inferences_q;
  reg [31:0] total_q, running_q;
  reg [31:0] useful_q, useful_running_q;
  reg [31:0] step_cycles_q [0:STEPS-1];

  wire write = s_awvalid_i && s_wvalid_i && !bvalid_q;
  wire read  = s_arvalid_i && !rvalid_q;
  wire ends  = step_end_i && step_i == LAST;

  assign s_awready_o = write;
  assign s_wready_o  = write;
  assign s_bvalid_o  = bvalid_q;
  assign s_bresp_o   = 2'b00;
  assign s_arready_o = read;
  assign s_rvalid_o  = rvalid_q;
  assign s_rdata_o   = rdata_q;
  assign s_rresp_o   = 2'b00;
  assign enable_o    = enable_q;
  assign weight_base_o = base_q;

  wire [9:0]     word    = s_araddr_i[11:2];
  wire [9:0]     offset  = word - 10'd64;
  wire [STW-1:0] asked   = offset[STW-1:0];
  wire [31:0]    steps_v = STEPS;
  wire [7:0]     step_v;
  wire           in_table = word >= 10'd64 && {22'd0, word} < steps_v + 32'd64;
  bl_resize #(.IN(STW), .OUT(8)) u_step (.in_i(step_i), .out_o(step_v));
  wire [31:0]    useful_x;
  bl_resize #(.IN(UW), .OUT(32)) u_useful (.in_i(useful_i), .out_o(useful_x));
  wire unused_bits = ^{s_araddr_i[1:0], s_awaddr_i[1:0], offset[9:STW]};

  wire [31:0]    asked_cycles = step_cycles_q[asked];

  reg [31:0] value;
  always @* begin
    case (word)
      10'd0:   value = 32'h424C4F4D;
      10'd1:   value = {31'd0, enable_q};
      10'd2:   value = {16'd0, step_v, 7'd0, busy_i};
      10'd3:   value = inferences_q;
      10'd4:   value = total_q;
      10'd5:   value = useful_q;
      10'd6:   value = steps_v;
      10'd7:   value = base_q;
      10'd8:   value = argmax_i;
      default: value = in_table ? asked_cycles : 32'd0;
    endcase
  end

  integer i;
  always @(posedge clk_i) begin
    if (rst_i) begin
      enable_q         <= 1'b1;
      base_q           <= 32'd0;
      bvalid_q         <= 1'b0;
      rvalid_q         <= 1'b0;
      inferences_q     <= 32'd0;
      total_q          <= 32'd0;
      running_q        <= 32'd0;
      useful_q         <= 32'd0;
      useful_running_q <= 32'd0;
    end else begin
      if (write && s_awaddr_i[11:2] == 10'd1 && s_wstrb_i[0]) enable_q <= s_wdata_i[0];
      for (i = 0; i < 4; i = i + 1)
        if (write && s_awaddr_i[11:2] == 10'd7 && s_wstrb_i[i]) base_q[i*8 +: 8] <= s_wdata_i[i*8 +: 8];
      bvalid_q <= write || (bvalid_q && !s_bready_i);
      rvalid_q <= read || (rvalid_q && !s_rready_i);
      if (ends) inferences_q <= inferences_q + 32'd1;
      if (ends) total_q <= running_q + step_cycles_i;
      if (ends) useful_q <= useful_running_q + useful_x;
      if (step_end_i) running_q <= ends ? 32'd0 : running_q + step_cycles_i;
      useful_running_q <= ends ? 32'd0 : useful_running_q + useful_x;
    end
    if (read) rdata_q <= value;
    if (step_end_i) step_cycles_q[step_i] <= step_cycles_i;
  end
endmodule
<@h.footer/>
