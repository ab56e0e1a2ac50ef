// Sums over rows, columns, segments and everything.
#pragma once
#include "lk_parallel.h"

// lk_column_sum: out[c] += Σ_r in[r, c] (the gradient of a bias).
// lk_sum, lk_square_sum: Σ x and Σ x² in double precision; NaN propagates.
// lk_segment_mean: out[s] = mean of rows offsets[s] ..< offsets[s + 1] of in; 0 for an empty segment. Offsets ascend.
// lk_segment_mean_backward: din of those rows = dout[s] / length; rows outside all segments become 0; `rows` is the
//   number of rows of din.
// lk_l2_normalize: out[r] = in[r] / max(‖in[r]‖, 1e-12).
// lk_row_dots: out[r] = Σ_c a[r, c] · b[r, c], summed in double precision.
// lk_scale_rows: out[r] = in[r] · factors[r]; out may be in.
// lk_argmax: out[r] = the first place of the greatest number of in[r]; NaN is never greatest.
#define LK_DECLARE_REDUCTIONS(T, S)                                                                                    \
    void lk_column_sum_##S(float *out, const T *in, long rows, long cols);                                             \
    double lk_sum_##S(const T *in, long n);                                                                            \
    double lk_square_sum_##S(const T *in, long n);                                                                     \
    void lk_segment_mean_##S(T *out, const T *in, const int32_t *offsets, long segments, long cols);                   \
    void lk_segment_mean_backward_##S(T *din, const T *dout, const int32_t *offsets, long segments, long rows,         \
                                      long cols);                                                                      \
    void lk_l2_normalize_##S(T *out, const T *in, long rows, long cols);                                               \
    void lk_row_dots_##S(float *out, const T *a, const T *b, long rows, long cols);                                    \
    void lk_scale_rows_##S(T *out, const T *in, const float *factors, long rows, long cols);                           \
    void lk_argmax_##S(int32_t *out, const T *in, long rows, long cols);
LK_DECLARE_REDUCTIONS(float, f32)
LK_DECLARE_REDUCTIONS(lk_bf16, bf16)
#undef LK_DECLARE_REDUCTIONS
