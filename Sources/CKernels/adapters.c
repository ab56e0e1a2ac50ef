// The public functions of adapters.
#include "include/lk_adapters.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                              \
    void lk_skinny_forward_##S(float *h, const T *x, const float *A, long rows, long in, long r)                     \
        LK_FORWARD(lk_skinny_forward_##S, h, x, A, rows, in, r) void lk_skinny_expand_add_##S(                       \
            T *y, const float *h, const float *B, float scale, long rows, long out, long r)                          \
            LK_FORWARD(lk_skinny_expand_add_##S, y, h, B, scale, rows, out, r) void lk_skinny_reduce_##S(            \
                float *dh, const T *dy, const float *B, float scale, long rows, long out, long r)                    \
                LK_FORWARD(lk_skinny_reduce_##S, dh, dy, B, scale, rows, out, r) void lk_skinny_expand_add_t_##S(    \
                    T *x, const float *h, const float *A, float scale, long rows, long in, long r)                   \
                    LK_FORWARD(lk_skinny_expand_add_t_##S, x, h, A, scale, rows, in,                                 \
                               r) void lk_skinny_weight_gradient_a_##S(float *dA, const float *dh, const T *x,       \
                                                                       long rows, long in, long r)                   \
                        LK_FORWARD(lk_skinny_weight_gradient_a_##S, dA, dh, x, rows, in,                             \
                                   r) void lk_skinny_weight_gradient_b_##S(float *dB, const T *dy, const float *h,   \
                                                                           float scale, long rows, long out, long r) \
                            LK_FORWARD(lk_skinny_weight_gradient_b_##S, dB, dy, h, scale, rows, out, r)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
