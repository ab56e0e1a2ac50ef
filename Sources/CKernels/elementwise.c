// The public functions on each element.
#include "include/lk_elementwise.h"
#include "instruction_set.h"

void lk_f32_to_bf16(lk_bf16 *out, const float *in, long n) LK_FORWARD(lk_f32_to_bf16, out, in, n)

    void lk_bf16_to_f32(float *out, const lk_bf16 *in, long n) LK_FORWARD(lk_bf16_to_f32, out, in, n)

#define LK_DEFINE(T, S)                                                                                               \
    void lk_add_##S(T *out, const T *a, const T *b, long n) LK_FORWARD(lk_add_##S, out, a, b, n) void lk_sub_##S(     \
        T *out, const T *a, const T *b, long n) LK_FORWARD(lk_sub_##S, out, a, b,                                     \
                                                           n) void lk_mul_##S(T *out, const T *a, const T *b, long n) \
        LK_FORWARD(lk_mul_##S, out, a, b, n) void lk_div_##S(T *out, const T *a, const T *b, long n)                  \
            LK_FORWARD(lk_div_##S, out, a, b, n) void lk_scale_##S(T *out, const T *a, float s, long n)               \
                LK_FORWARD(lk_scale_##S, out, a, s, n) void lk_add_scalar_##S(T *out, const T *a, float s, long n)    \
                    LK_FORWARD(lk_add_scalar_##S, out, a, s, n) void lk_axpy_##S(T *out, const T *a, float s, long n) \
                        LK_FORWARD(lk_axpy_##S, out, a, s, n) void lk_fill_##S(T *out, float v, long n)               \
                            LK_FORWARD(lk_fill_##S, out, v, n) void lk_add_row_##S(                                   \
                                T *out, const T *in, const float *row, long rows, long cols)                          \
                                LK_FORWARD(lk_add_row_##S, out, in, row, rows,                                        \
                                           cols) void lk_unary_##S(T *out, const T *in, enum lk_unary op, long n)     \
                                    LK_FORWARD(lk_unary_##S, out, in, op, n) void lk_unary_backward_##S(              \
                                        T *din, const T *dout, const T *in, enum lk_unary op, long n)                 \
                                        LK_FORWARD(lk_unary_backward_##S, din, dout, in, op, n) void lk_dropout_##S(  \
                                            T *out, const T *in, float p, uint64_t seed, uint64_t stream, long n)     \
                                            LK_FORWARD(lk_dropout_##S, out, in, p, seed, stream, n)
        LK_DEFINE(float, f32) LK_DEFINE(lk_bf16, bf16)
