<#import "header.ftl" as h><@h.header "bl_walker" "reads one slice's tokens window by window: one token a cycle, no bubbles"/>
// A window is the valid rows of the kernel; each row is a segment of consecutive tokens. Only the start of each
// row's segment is kept: the end of the columns that the next window no longer needs is its start. Windows go
// through output rows, columns and groups of output channels, the group innermost. The first token of a window
// waits for a credit (a free place in the slice's FIFO of partial sums). A window without tokens takes one
// cycle and gives a product of zero.
//
// Dealing: by channel (every slice owns all columns) or, for maps of few channels, by column (slice i owns
// columns i, i + S, ...).
module bl_walker #(
    parameter integer S       = 4,  // slices, a power of two
    parameter integer SW      = 2,  // clog2(S), at least 1
    parameter integer SLICE   = 0,  // which slice this is
    parameter integer AB      = 8,  // bits of a code
    parameter integer RB      = 4,  // bits of a run
    parameter integer FAW     = 12, // bits of a feature memory address
    parameter integer RAW     = 8,  // bits of a row pointer index, at most XW
    parameter integer XW      = 10, // bits of a coordinate, signed
    parameter integer KH_MAX  = 4,  // kernel rows, largest
    parameter integer KRW     = 2,  // bits of a kernel row
    parameter integer WAW     = 12, // bits of a weight address
    parameter integer CREDITS = 4,  // depth of the FIFO
    parameter integer CRW     = 3   // bits of the credit counter
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    // layer, stable from start_i on until the layer ends
    input  wire                 start_i,
    input  wire                 d_columns_i,      // dealt by column
    input  wire signed [XW-1:0] d_in_h_i,         // input rows
    input  wire signed [XW-1:0] d_in_w_i,         // input columns
    input  wire signed [XW-1:0] d_out_h_i,        // windows down
    input  wire signed [XW-1:0] d_out_w_i,        // windows across
    input  wire signed [XW-1:0] d_kernel_h_i,
    input  wire signed [XW-1:0] d_kernel_w_i,
    input  wire signed [XW-1:0] d_stride_y_i,
    input  wire signed [XW-1:0] d_stride_x_i,
    input  wire signed [XW-1:0] d_first_y_i,      // minus the padding above
    input  wire signed [XW-1:0] d_first_x_i,      // minus the padding on the left
    input  wire [XW-1:0]        d_last_group_i,   // groups of output channels, less one
    input  wire [RAW-1:0]       d_first_row_i,    // row pointer of input row 0, less the padding above
    input  wire [RAW-1:0]       d_row_stride_i,   // stride, for row pointers
    input  wire [WAW-1:0]       d_weight_base_i,  // first weight word
    input  wire [WAW-1:0]       d_column_step_i,  // weight words of a kernel column
    input  wire [WAW-1:0]       d_pixel_step_i,   // weight words between own columns
    input  wire [WAW-1:0]       d_row_step_i,     // weight words of a kernel row
    input  wire [WAW-1:0]       d_group_step_i,   // weight words of a group
    input  wire signed [AB-1:0] d_zero_i,         // the code that stands for 0
    // feature memory (registered read) and row pointers (combinational read)
    output wire [FAW-1:0]       fm_addr_o,
    input  wire [RB+AB:0]       fm_data_i,
    output wire [RAW-1:0]       row_index_o,
    input  wire [FAW-1:0]       row_ptr_i,
    // to the multipliers
    input  wire                 pop_i,            // a FIFO place has become free
    output wire                 m_valid_o,
    output wire                 m_first_o,        // first token of a window
    output wire                 m_last_o,         // last token of a window
    output wire signed [AB:0]   m_value_o,        // code less zero point
    output wire [WAW-1:0]       m_weight_addr_o,
    output wire                 m_useful_o        // the value is not zero
);
  localparam [SW-1:0] SLICE_LOW = SLICE[SW-1:0];
  localparam signed [XW-1:0] SLICE_X = SLICE[XW-1:0];
  localparam signed [XW-1:0] STEP_X  = S[XW-1:0];
  localparam signed [XW-1:0] ZERO_X  = {XW{1'b0}};
  localparam signed [XW-1:0] ONE_X   = {{(XW-1){1'b0}}, 1'b1};
  localparam [CRW-1:0] CREDITS_ALL = CREDITS[CRW-1:0];

  // ---- state of the token at the memory's output -------------------------------------------------------
  reg                  busy_q;
  reg                  wfirst_q;     // first token of its window
  reg                  sfirst_q;     // first token of its segment
  reg                  empty_q;      // the window has no token
  reg                  fresh_q;      // segments start at the row pointers, not at kept ones
  reg signed [XW-1:0]  oy_q;
  reg signed [XW-1:0]  ox_q;
  reg        [XW-1:0]  group_q;
  reg signed [XW-1:0]  y0_q;         // input row of kernel row 0
  reg signed [XW-1:0]  x0_q;         // input column of kernel column 0
  reg signed [XW-1:0]  xo_q;         // first own column of the window
  reg signed [XW-1:0]  x_q;          // column of the token
  reg signed [XW-1:0]  r_q;          // kernel row of the token
  reg signed [XW-1:0]  rhi_q;
  reg signed [XW-1:0]  wend_q;       // columns from here on are not walked
  reg        [RAW-1:0] row_q;        // row pointer index of kernel row 0
  reg        [FAW-1:0] addr_q;
  reg        [WAW-1:0] gbase_q;      // weights of the group
  reg        [WAW-1:0] sbase_q;      // weights of the segment's first own column
  reg        [WAW-1:0] pbase_q;      // weights of the token's column
  reg        [WAW-1:0] chan_q;       // channel position reached within the pixel
  reg        [CRW-1:0] credit_q;
  reg        [FAW-1:0] kept_q [0:KH_MAX-1]; // segment starts of the next window

  // ---- the token ---------------------------------------------------------------------------------------
  wire                 tok_last = fm_data_i[RB+AB];
  wire [RB-1:0]        tok_run  = fm_data_i[AB +: RB];
  wire signed [AB-1:0] tok_code = fm_data_i[AB-1:0];

  wire                 go       = busy_q && (!wfirst_q || credit_q != {CRW{1'b0}});
  wire signed [XW-1:0] xstep    = d_columns_i ? STEP_X : ONE_X;
  wire signed [XW-1:0] x_after  = x_q + xstep;
  wire signed [XW-1:0] nx0      = x0_q + d_stride_x_i;     // next window's column 0
  wire                 beyond   = x_q >= x0_q + d_kernel_w_i; // passed over for the next window's sake
  wire                 pix_end  = tok_last;
  wire                 seg_end  = pix_end && x_after >= wend_q;
  wire                 win_end  = empty_q || (seg_end && r_q == rhi_q);

  // ---- the window after this one (known from registers alone) --------------------------------------------
  wire                 last_g   = group_q == d_last_group_i;
  wire                 last_x   = ox_q + ONE_X == d_out_w_i;
  wire                 last_y   = oy_q + ONE_X == d_out_h_i;
  wire                 new_pix  = start_i || last_g;
  wire                 new_row  = start_i || (last_g && last_x);

  wire signed [XW-1:0] n_oy     = start_i ? ZERO_X : new_row ? oy_q + ONE_X : oy_q;
  wire signed [XW-1:0] n_ox     = new_row ? ZERO_X : new_pix ? ox_q + ONE_X : ox_q;
  wire        [XW-1:0] n_group  = new_pix ? {XW{1'b0}} : group_q + 1'b1;
  wire signed [XW-1:0] n_y0     = start_i ? d_first_y_i : new_row ? y0_q + d_stride_y_i : y0_q;
  wire signed [XW-1:0] n_x0     = new_row ? d_first_x_i : new_pix ? nx0 : x0_q;
  wire        [RAW-1:0] n_row   = start_i ? d_first_row_i : new_row ? row_q + d_row_stride_i : row_q;
  wire signed [XW-1:0] n_rlo    = n_y0 < ZERO_X ? -n_y0 : ZERO_X;
  wire signed [XW-1:0] n_room   = d_in_h_i - n_y0;
  wire signed [XW-1:0] n_rhi    = (n_room < d_kernel_h_i ? n_room : d_kernel_h_i) - ONE_X;
  wire [SW-1:0]        n_gap    = SLICE_LOW - n_x0[SW-1:0];   // columns to the next own one
  wire signed [XW-1:0] n_gap_x  = {{(XW-SW){1'b0}}, n_gap};
  wire signed [XW-1:0] n_xo     = n_x0 < ZERO_X ? (d_columns_i ? SLICE_X : ZERO_X)
                                                : (d_columns_i ? n_x0 + n_gap_x : n_x0);
  wire                 n_final  = n_group == d_last_group_i && n_ox + ONE_X != d_out_w_i;
  wire signed [XW-1:0] n_need   = (n_final && d_stride_x_i > d_kernel_w_i) ? d_stride_x_i : d_kernel_w_i;
  wire signed [XW-1:0] n_wend_u = n_x0 + n_need;
  wire signed [XW-1:0] n_wend   = n_wend_u < d_in_w_i ? n_wend_u : d_in_w_i;
  wire                 n_empty  = n_xo >= n_wend || n_rlo > n_rhi;
  wire                 n_fresh  = new_row || (fresh_q && (empty_q || !last_g));
  wire        [WAW-1:0] n_gbase = new_pix ? d_weight_base_i : gbase_q + d_group_step_i;
  wire        [XW-1:0] n_dx     = n_xo - n_x0;
  wire        [WAW-1:0] n_dx_w;
  wire        [WAW-1:0] n_rlo_w;
  bl_resize #(.IN(XW), .OUT(WAW)) u_dx (.in_i(n_dx), .out_o(n_dx_w));
  bl_resize #(.IN(XW), .OUT(WAW)) u_rlo (.in_i(n_rlo), .out_o(n_rlo_w));
  wire        [WAW-1:0] n_sbase = n_gbase + n_rlo_w * d_row_step_i + n_dx_w * d_column_step_i;

  // ---- where the next segment starts ---------------------------------------------------------------------
  wire                 crossed  = pix_end && x_q < nx0 && x_after >= nx0;
  wire                 keep     = go && !empty_q && last_g && (crossed || (sfirst_q && fresh_q));
  wire [FAW-1:0]       addr_1   = addr_q + 1'b1;
  wire [FAW-1:0]       kept_d   = crossed ? addr_1 : addr_q;
  wire                 to_window = start_i || win_end;
  wire signed [XW-1:0] s_r      = to_window ? n_rlo : r_q + ONE_X;
  wire                 s_fresh  = to_window ? n_fresh : fresh_q;
  wire [RAW-1:0]       s_row    = to_window ? n_row : row_q;
  wire [FAW-1:0]       s_kept   = (keep && s_r == r_q) ? kept_d : kept_q[s_r[KRW-1:0]];
  wire [FAW-1:0]       s_addr   = s_fresh ? row_ptr_i : s_kept;

  assign row_index_o = s_row + s_r[RAW-1:0];
  assign fm_addr_o   = start_i ? s_addr
                     : !go ? addr_q
                     : (empty_q || seg_end) ? s_addr
                     : addr_1;

  // ---- to the multipliers --------------------------------------------------------------------------------
  reg                  m_valid_q;
  reg                  m_first_q;
  reg                  m_last_q;
  reg signed [AB:0]    m_value_q;
  reg [WAW-1:0]        m_waddr_q;
  reg                  m_useful_q;

  wire signed [AB:0]   code_x   = {tok_code[AB-1], tok_code};
  wire signed [AB:0]   zero_x   = {d_zero_i[AB-1], d_zero_i};
  wire signed [AB:0]   value    = code_x - zero_x;
  wire                 counts   = !empty_q && !beyond;
  wire [WAW-1:0]       run_w;
  bl_resize #(.IN(RB), .OUT(WAW)) u_run (.in_i(tok_run), .out_o(run_w));
  wire [WAW-1:0]       chan     = chan_q + run_w;

  assign m_valid_o       = m_valid_q;
  assign m_first_o       = m_first_q;
  assign m_last_o        = m_last_q;
  assign m_value_o       = m_value_q;
  assign m_weight_addr_o = m_waddr_q;
  assign m_useful_o      = m_useful_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      m_valid_q <= 1'b0;
    end else begin
      m_valid_q <= go;
    end
    m_first_q  <= wfirst_q;
    m_last_q   <= win_end;
    m_value_q  <= counts ? value : {(AB+1){1'b0}};
    m_waddr_q  <= counts ? pbase_q + chan : {WAW{1'b0}};
    m_useful_q <= go && counts && value != {(AB+1){1'b0}};
  end

  // ---- next state ----------------------------------------------------------------------------------------
  always @(posedge clk_i) begin
    if (rst_i) begin
      busy_q   <= 1'b0;
      credit_q <= CREDITS_ALL;
    end else begin
      if (start_i) busy_q <= 1'b1;
      else if (go && win_end && last_g && last_x && last_y) busy_q <= 1'b0;
      if (go && wfirst_q && !pop_i) credit_q <= credit_q - 1'b1;
      if (!(go && wfirst_q) && pop_i) credit_q <= credit_q + 1'b1;
    end
  end

  always @(posedge clk_i) begin
    addr_q <= fm_addr_o;
    if (keep) kept_q[r_q[KRW-1:0]] <= kept_d;
    if (start_i || (go && win_end)) begin
      wfirst_q <= 1'b1;
      sfirst_q <= 1'b1;
      empty_q  <= n_empty;
      fresh_q  <= n_fresh;
      oy_q     <= n_oy;
      ox_q     <= n_ox;
      group_q  <= n_group;
      y0_q     <= n_y0;
      x0_q     <= n_x0;
      xo_q     <= n_xo;
      x_q      <= n_xo;
      r_q      <= n_rlo;
      rhi_q    <= n_rhi;
      wend_q   <= n_wend;
      row_q    <= n_row;
      gbase_q  <= n_gbase;
      sbase_q  <= n_sbase;
      pbase_q  <= n_sbase;
      chan_q   <= {WAW{1'b0}};
    end else if (go) begin
      wfirst_q <= 1'b0;
      sfirst_q <= seg_end;
      if (seg_end) begin
        r_q     <= r_q + ONE_X;
        x_q     <= xo_q;
        sbase_q <= sbase_q + d_row_step_i;
        pbase_q <= sbase_q + d_row_step_i;
        chan_q  <= {WAW{1'b0}};
      end else if (pix_end) begin
        x_q     <= x_after;
        pbase_q <= pbase_q + d_pixel_step_i;
        chan_q  <= {WAW{1'b0}};
      end else begin
        chan_q  <= chan + 1'b1;
      end
    end
  end
endmodule
<@h.footer/>
