// Products with low-rank adapters: A is [r, in], B is [out, r], both float, r <= 64.
#pragma once
#include "lk_parallel.h"

// lk_skinny_forward:           h [rows, r] = x Aᵀ
// lk_skinny_expand_add:        y [rows, out] += scale · h Bᵀ
// lk_skinny_reduce:            dh [rows, r] = scale · dy B
// lk_skinny_expand_add_t:      x [rows, in] += scale · h A
// lk_skinny_weight_gradient_a: dA [r, in] += dhᵀ x
// lk_skinny_weight_gradient_b: dB [out, r] += scale · dyᵀ h
#define LK_DECLARE_ADAPTERS(T, S)                                                                                      \
    void lk_skinny_forward_##S(float *h, const T *x, const float *A, long rows, long in, long r);                      \
    void lk_skinny_expand_add_##S(T *y, const float *h, const float *B, float scale, long rows, long out, long r);     \
    void lk_skinny_reduce_##S(float *dh, const T *dy, const float *B, float scale, long rows, long out, long r);       \
    void lk_skinny_expand_add_t_##S(T *x, const float *h, const float *A, float scale, long rows, long in, long r);    \
    void lk_skinny_weight_gradient_a_##S(float *dA, const float *dh, const T *x, long rows, long in, long r);          \
    void lk_skinny_weight_gradient_b_##S(float *dB, const T *dy, const float *h, float scale, long rows, long out,     \
                                         long r);
LK_DECLARE_ADAPTERS(float, f32)
LK_DECLARE_ADAPTERS(lk_bf16, bf16)
#undef LK_DECLARE_ADAPTERS
