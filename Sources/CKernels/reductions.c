// The public functions of reductions.
#include "include/lk_reductions.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                                \
    void lk_column_sum_##S(float *out, const T *in, long rows, long cols)                                              \
        LK_FORWARD(lk_column_sum_##S, out, in, rows, cols) double lk_sum_##S(const T *in, long n)                      \
            LK_FORWARD(lk_sum_##S, in, n) double lk_square_sum_##S(const T *in, long n) LK_FORWARD(                    \
                lk_square_sum_##S, in, n) void lk_segment_mean_##S(T *out, const T *in, const int32_t *offsets,        \
                                                                   long segments, long cols)                           \
                LK_FORWARD(lk_segment_mean_##S, out, in, offsets, segments, cols) void lk_segment_mean_backward_##S(   \
                    T *din, const T *dout, const int32_t *offsets, long segments, long rows, long cols)                \
                    LK_FORWARD(lk_segment_mean_backward_##S, din, dout, offsets, segments, rows,                       \
                               cols) void lk_l2_normalize_##S(T *out, const T *in, long rows, long cols)               \
                        LK_FORWARD(lk_l2_normalize_##S, out, in, rows, cols)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)

#define LK_DEFINE_ARGMAX(T, S)                                                                                         \
    void lk_argmax_##S(int32_t *out, const T *in, long rows, long cols)                                                \
        LK_FORWARD(lk_argmax_##S, out, in, rows, cols)
LK_DEFINE_ARGMAX(float, f32)
LK_DEFINE_ARGMAX(lk_bf16, bf16)

#define LK_DEFINE_ROWS(T, S)                                                                                           \
    void lk_row_dots_##S(float *out, const T *a, const T *b, long rows, long cols)                                     \
        LK_FORWARD(lk_row_dots_##S, out, a, b, rows, cols) void lk_scale_rows_##S(                                     \
            T *out, const T *in, const float *factors, long rows, long cols)                                           \
            LK_FORWARD(lk_scale_rows_##S, out, in, factors, rows, cols)
LK_DEFINE_ROWS(float, f32)
LK_DEFINE_ROWS(lk_bf16, bf16)
