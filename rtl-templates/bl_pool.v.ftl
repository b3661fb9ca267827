<#import "header.ftl" as h><@h.header "bl_pool" "non-overlapping maximum or average pooling of a stream of pixels"/>
// Takes a beat of P codes every cycle if need be; a finished window's codes come LATENCY = 4 cycles after its last
// beat. A 1x1 maximum lets everything through. Rows and columns that fill no whole window are dropped. The
// average is floor(sum / n) by a reciprocal, made exact by the planner, then rounded:
//
// d_mode_i        rounds up when, r being the remainder
// 0 HALF_AWAY     2r > n, or 2r = n and sum > 0
// 1 HALF_EVEN     2r > n, or 2r = n and the quotient is odd
// 2 HALF_UP       2r >= n
// 3 FLOOR         never
module bl_pool #(
    parameter integer P     = 4,  // codes a beat
    parameter integer AB    = 8,  // bits of a code
    parameter integer SUMW  = 12, // bits of a window's sum, at least AB + 1
    parameter integer RECW  = 16, // bits of the reciprocal
    parameter integer SHW   = 5,  // bits of its shift
    parameter integer XW    = 10, // bits of a coordinate
    parameter integer WORDS = 16, // beats of the pooled row that waits
    parameter integer PW    = 4   // bits of its address
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 start_i,        // a layer begins
    input  wire                 d_average_i,
    input  wire [XW-1:0]        d_last_beat_i,  // beats of a pixel, less one
    input  wire [XW-1:0]        d_last_x_i,     // columns of the stream, less one
    input  wire [XW-1:0]        d_last_y_i,     // rows of the stream, less one
    input  wire [XW-1:0]        d_last_wx_i,    // columns of a window, less one
    input  wire [XW-1:0]        d_last_wy_i,    // rows of a window, less one
    input  wire [XW-1:0]        d_cols_i,       // whole windows across
    input  wire [XW-1:0]        d_rows_i,       // whole windows down
    input  wire [SUMW-1:0]      d_count_i,      // positions of a window, n
    input  wire [SUMW-1:0]      d_offset_i,     // n 2^(AB-1), makes the sum positive
    input  wire [RECW-1:0]      d_reciprocal_i, // ceil(2^shift / n)
    input  wire [SHW-1:0]       d_shift_i,
    input  wire [1:0]           d_mode_i,
    input  wire signed [AB-1:0] d_lo_i,         // smallest code
    input  wire signed [AB-1:0] d_hi_i,         // largest code
    input  wire                 s_valid_i,
    input  wire [P*AB-1:0]      s_codes_i,      // channel 0 of the beat in the low bits
    output wire                 m_valid_o,
    output wire [P*AB-1:0]      m_codes_o,
    output wire                 m_row_first_o,  // first beat of a pooled row
    output wire                 m_pix_last_o,   // last beat of a pixel
    output wire                 done_o          // the stream's last beat has passed
);
  localparam [XW-1:0] ZERO_X = {XW{1'b0}};

  // ---- 0: where the beat lies ----------------------------------------------------------------------------
  reg [XW-1:0] beat_q, x_q, y_q, wx_q, wy_q, px_q, py_q;
  reg [PW-1:0] base_q;     // first beat of the pooled pixel in the waiting row
  reg [PW-1:0] addr_q;

  wire         beat_end = beat_q == d_last_beat_i;
  wire         x_end    = x_q == d_last_x_i;
  wire         y_end    = y_q == d_last_y_i;
  wire         wx_end   = wx_q == d_last_wx_i;
  wire         wy_end   = wy_q == d_last_wy_i;
  wire         whole   = px_q < d_cols_i && py_q < d_rows_i;
  wire         first    = wx_q == ZERO_X && wy_q == ZERO_X;
  wire         emit     = whole && wx_end && wy_end;

  always @(posedge clk_i) begin
    if (rst_i || start_i) begin
      beat_q <= ZERO_X;
      x_q    <= ZERO_X;
      y_q    <= ZERO_X;
      wx_q   <= ZERO_X;
      wy_q   <= ZERO_X;
      px_q   <= ZERO_X;
      py_q   <= ZERO_X;
      base_q <= {PW{1'b0}};
      addr_q <= {PW{1'b0}};
    end else if (s_valid_i) begin
      beat_q <= beat_end ? ZERO_X : beat_q + 1'b1;
      addr_q <= addr_q + 1'b1;
      if (beat_end) begin
        x_q    <= x_end ? ZERO_X : x_q + 1'b1;
        wx_q   <= (x_end || wx_end) ? ZERO_X : wx_q + 1'b1;
        px_q   <= x_end ? ZERO_X : wx_end ? px_q + 1'b1 : px_q;
        base_q <= x_end ? {PW{1'b0}} : wx_end ? addr_q + 1'b1 : base_q;
        addr_q <= x_end ? {PW{1'b0}} : wx_end ? addr_q + 1'b1 : base_q;
        if (x_end) begin
          y_q  <= y_end ? ZERO_X : y_q + 1'b1;
          wy_q <= (y_end || wy_end) ? ZERO_X : wy_q + 1'b1;
          py_q <= y_end ? ZERO_X : wy_end ? py_q + 1'b1 : py_q;
        end
      end
    end
  end

  // ---- 1: combine with what waits ------------------------------------------------------------------------
  reg              v1_q, first1_q, emit1_q, whole1_q, row1_q, pix1_q, done1_q;
  reg [PW-1:0]     addr1_q;
  reg [P*AB-1:0]   codes1_q;
  reg              fwd1_q;      // the word was written in the cycle of the read
  reg [P*SUMW-1:0] written_q;
  wire [P*SUMW-1:0] read1;
  wire [P*SUMW-1:0] sum1;
  wire             write1 = v1_q && whole1_q && !emit1_q;

  bl_ram #(.WIDTH(P*SUMW), .DEPTH(WORDS), .ADDR(PW)) u_waiting (
      .clk_i(clk_i),
      .we_i(write1),
      .waddr_i(addr1_q),
      .wdata_i(sum1),
      .raddr_i(addr_q),
      .rdata_o(read1)
  );

  wire done0 = beat_end && x_end && y_end;
  always @(posedge clk_i) begin
    if (rst_i) begin
      v1_q    <= 1'b0;
      done1_q <= 1'b0;
    end else begin
      v1_q    <= s_valid_i;
      done1_q <= s_valid_i && done0;
    end
    first1_q  <= first;
    emit1_q   <= emit;
    whole1_q <= whole;
    row1_q    <= px_q == ZERO_X && beat_q == ZERO_X;
    pix1_q    <= beat_end;
    addr1_q   <= addr_q;
    codes1_q  <= s_codes_i;
    fwd1_q    <= write1 && addr1_q == addr_q;
    written_q <= sum1;
  end

  // ---- 2, 3: divide; 4: round and clamp --------------------------------------------------------------------
  reg       v2_q, row2_q, pix2_q, done2_q;
  reg       v3_q, row3_q, pix3_q, done3_q;
  reg       v4_q, row4_q, pix4_q, done4_q;
  always @(posedge clk_i) begin
    if (rst_i) begin
      {v2_q, v3_q, v4_q} <= 3'd0;
      {done2_q, done3_q, done4_q} <= 3'd0;
    end else begin
      {v2_q, v3_q, v4_q} <= {v1_q && emit1_q, v2_q, v3_q};
      {done2_q, done3_q, done4_q} <= {done1_q, done2_q, done3_q};
    end
    {row2_q, row3_q, row4_q} <= {row1_q, row2_q, row3_q};
    {pix2_q, pix3_q, pix4_q} <= {pix1_q, pix2_q, pix3_q};
  end
  assign m_valid_o     = v4_q;
  assign m_row_first_o = row4_q;
  assign m_pix_last_o  = pix4_q;
  assign done_o        = done4_q;

  genvar j;
  generate
    for (j = 0; j < P; j = j + 1) begin : gen_channel
      wire signed [AB-1:0]   code1  = codes1_q[j*AB +: AB];
      wire signed [SUMW-1:0] code1x = {{(SUMW-AB){code1[AB-1]}}, code1};
      wire signed [SUMW-1:0] from1  = fwd1_q ? written_q[j*SUMW +: SUMW] : read1[j*SUMW +: SUMW];
      wire signed [SUMW-1:0] added  = from1 + code1x;
      wire signed [SUMW-1:0] larger = from1 > code1x ? from1 : code1x;
      wire signed [SUMW-1:0] next1  = first1_q ? code1x : d_average_i ? added : larger;
      assign sum1[j*SUMW +: SUMW] = next1;

      reg signed [SUMW-1:0] sum2_q;
      always @(posedge clk_i) sum2_q <= next1;

      // quotient of the positive number sum + n 2^(AB-1); it fits AB bits
      localparam integer MULW = SUMW + RECW;
      wire [SUMW-1:0] up2    = sum2_q + d_offset_i;
      wire [MULW-1:0] up2x   = {{RECW{1'b0}}, up2};
      wire [MULW-1:0] rec2x  = {{SUMW{1'b0}}, d_reciprocal_i};
      wire [MULW-1:0] mul2   = up2x * rec2x;
      wire [MULW-1:0] quo2   = mul2 >> d_shift_i;
      wire            unused_quo = ^quo2[MULW-1:SUMW];
      reg [SUMW-1:0]        quo3_q;
      reg [SUMW-1:0]        up3_q;
      reg signed [SUMW-1:0] sum3_q;
      always @(posedge clk_i) begin
        quo3_q <= quo2[SUMW-1:0];
        up3_q  <= up2;
        sum3_q <= sum2_q;
      end

      wire [SUMW-1:0] back3  = quo3_q * d_count_i;
      wire [SUMW-1:0] rest3  = up3_q - back3;
      wire [SUMW-1:0] lack3  = d_count_i - rest3;    // 2r > n as r > n - r
      wire            above3 = rest3 > lack3;
      wire            tie3   = rest3 == lack3;
      wire            plus3  = sum3_q[SUMW-1] == 1'b0; // a tie is never at sum 0
      reg             carry3;
      always @* begin
        case (d_mode_i)
          2'd0:    carry3 = above3 || (tie3 && plus3);
          2'd1:    carry3 = above3 || (tie3 && quo3_q[0]);
          2'd2:    carry3 = above3 || tie3;
          default: carry3 = 1'b0;
        endcase
      end
      wire signed [SUMW-1:0] low3   = {{(SUMW-AB+1){1'b1}}, {(AB-1){1'b0}}}; // -2^(AB-1)
      wire signed [SUMW-1:0] mean3  = quo3_q + low3 + {{(SUMW-1){1'b0}}, carry3};
      wire signed [SUMW-1:0] res3   = d_average_i ? mean3 : sum3_q;
      wire signed [SUMW-1:0] lo3    = {{(SUMW-AB){d_lo_i[AB-1]}}, d_lo_i};
      wire signed [SUMW-1:0] hi3    = {{(SUMW-AB){d_hi_i[AB-1]}}, d_hi_i};
      reg signed [AB-1:0] code4_q;
      always @(posedge clk_i) begin
        if (res3 < lo3) code4_q <= d_lo_i;
        else if (res3 > hi3) code4_q <= d_hi_i;
        else code4_q <= res3[AB-1:0];
      end
      assign m_codes_o[j*AB +: AB] = code4_q;
    end
  endgenerate
endmodule
<@h.footer/>
