<#import "header.ftl" as h><@h.header "bl_rle_encoder" "run-length encoder of one slice, writing tokens to the feature memory"/>
// Takes up to Q codes a cycle, the first in the low bits, never stalls. Token = {last, run, value}: run zeros, then the
// value. A zero that would make a run longer than 2^RB - 1 becomes a token of its own; zeros at the end of a pixel are
// implied by last; a pixel of zeros is the token {1, 0, zero}. The newest token waits in a register, because only what
// follows tells whether it is the last; the token of a pixel's end is in memory two cycles after its code came in.
module bl_rle_encoder #(
    parameter integer AB  = 8,  // bits of a code
    parameter integer RB  = 4,  // bits of a run
    parameter integer FAW = 12, // bits of a feature memory address
    parameter integer Q   = 1,  // codes a cycle, 1, 2 or 4
    parameter integer QC  = 1   // bits of a number of codes, clog2(Q + 1)
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 start_i,   // a new tensor begins at base_i
    input  wire [FAW-1:0]       base_i,
    input  wire [AB-1:0]        zero_i,    // the code that counts as zero
    input  wire [Q-1:0]         s_valid_i, // codes that exist, from the low end on
    input  wire [Q*AB-1:0]      s_data_i,
    input  wire                 s_last_i,  // the last of them is the last of this slice's part of the pixel
    output wire [QC-1:0]        we_o,      // tokens written
    output wire [FAW-1:0]       waddr_o,   // address of the first
    output wire [Q*(RB+AB+1)-1:0] wdata_o, // the first in the low bits
    output wire [FAW-1:0]       next_o     // address of the token made next: where a row that begins now starts
);
  localparam integer TOK = RB + AB + 1;
  localparam [RB-1:0] RUN_MAX = {RB{1'b1}};
  localparam [RB-1:0] RUN_0   = {RB{1'b0}};
  localparam [QC-1:0] NONE    = {QC{1'b0}};

  reg [RB-1:0]  run_q, run_d;
  reg           held_q, held_d;           // a token waits
  reg           held_last_q, held_last_d;
  reg [RB-1:0]  held_run_q, held_run_d;
  reg [AB-1:0]  held_value_q, held_value_d;
  reg [FAW-1:0] addr_q;

  reg [QC-1:0]      count;                // tokens written in this cycle
  reg [Q*TOK-1:0]   words;
  reg               make;                 // a new token comes to be
  reg               is_zero;
  reg               is_last;
  reg [AB-1:0]      code;
  wire [FAW-1:0]    count_x;
  bl_resize #(.IN(QC), .OUT(FAW)) u_count (.in_i(count), .out_o(count_x));

  assign we_o    = count;
  assign waddr_o = addr_q;
  assign wdata_o = words;
  assign next_o  = held_q ? addr_q + 1'b1 : addr_q;

  integer i, j;
  always @* begin
    run_d        = run_q;
    held_d       = held_q;
    held_last_d  = held_last_q;
    held_run_d   = held_run_q;
    held_value_d = held_value_q;
    count        = NONE;
    words        = {(Q*TOK){1'b0}};
    make         = 1'b0;
    is_zero      = 1'b0;
    is_last      = 1'b0;
    code         = {AB{1'b0}};
    for (i = 0; i < Q; i = i + 1) begin
      code    = s_data_i[i*AB +: AB];
      is_zero = code == zero_i;
      is_last = s_last_i;
      for (j = i + 1; j < Q; j = j + 1) if (s_valid_i[j]) is_last = 1'b0;
      make    = 1'b0;
      if (s_valid_i[i]) begin
        if (!is_zero) make = 1'b1;
        else if (is_last) make = !(held_d && !held_last_d); // no token of this pixel waits
        else make = run_d == RUN_MAX;
      end
      // the waiting token is written when another comes, or when it was the pixel's last
      if (held_d && (make || (i == 0 && held_last_d))) begin
        for (j = 0; j < Q; j = j + 1)
          if (count == j[QC-1:0]) words[j*TOK +: TOK] = {held_last_d, held_run_d, held_value_d};
        count  = count + 1'b1;
        held_d = 1'b0;
      end
      if (make) begin
        held_d       = 1'b1;
        held_last_d  = is_last;
        held_run_d   = (is_zero && is_last) ? RUN_0 : run_d;
        held_value_d = code;
      end else if (s_valid_i[i] && is_last) begin
        held_last_d = 1'b1;
      end
      if (s_valid_i[i]) run_d = (make || is_last) ? RUN_0 : run_d + 1'b1;
    end
    if (start_i) begin
      run_d  = RUN_0;
      held_d = 1'b0;
    end
  end

  always @(posedge clk_i) begin
    if (rst_i) begin
      run_q        <= RUN_0;
      held_q       <= 1'b0;
      held_last_q  <= 1'b0;
      held_run_q   <= RUN_0;
      held_value_q <= {AB{1'b0}};
      addr_q       <= {FAW{1'b0}};
    end else begin
      run_q        <= run_d;
      held_q       <= held_d;
      held_last_q  <= held_last_d;
      held_run_q   <= held_run_d;
      held_value_q <= held_value_d;
      addr_q       <= start_i ? base_i : addr_q + count_x;
    end
  end
endmodule
<@h.footer/>
