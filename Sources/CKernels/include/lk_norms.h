// Layer norm over the last dimension, alone and fused with dropout and the residual sum.
#pragma once
#include "lk_parallel.h"

// lk_layer_norm: out = (in - mean) · rstd · gamma + beta, rstd = 1 / √(variance + eps); saves mean[r] and rstd[r].
// lk_layer_norm_backward: dgamma and dbeta accumulate; either may be NULL. din may be dout.
// lk_dropout_add_layer_norm: sum = dropout(x) + residual; out = layer norm of the stored sum. `sum` is kept for backward.
//   Dropout is `lk_dropout` with element index r · cols + c.
// lk_dropout_add_layer_norm_backward: dresidual = gradient of sum; dx = dropout(dresidual). dx may be NULL or equal to
//   dresidual when p = 0; dresidual may be NULL.
#define LK_DECLARE_NORMS(T, S)                                                                                         \
    void lk_layer_norm_##S(T *out, float *mean, float *rstd, const T *in, const float *gamma, const float *beta,       \
                           float eps, long rows, long cols);                                                           \
    void lk_layer_norm_backward_##S(T *din, float *dgamma, float *dbeta, const T *dout, const T *in,                   \
                                    const float *mean, const float *rstd, const float *gamma, long rows, long cols);   \
    void lk_dropout_add_layer_norm_##S(T *out, T *sum, float *mean, float *rstd, const T *x, const T *residual,        \
                                       float p, uint64_t seed, uint64_t stream, const float *gamma, const float *beta, \
                                       float eps, long rows, long cols);                                               \
    void lk_dropout_add_layer_norm_backward_##S(T *dx, T *dresidual, float *dgamma, float *dbeta, const T *dout,       \
                                                const T *sum, const float *mean, const float *rstd,                    \
                                                const float *gamma, float p, uint64_t seed, uint64_t stream,           \
                                                long rows, long cols);
LK_DECLARE_NORMS(float, f32)
LK_DECLARE_NORMS(lk_bf16, bf16)
#undef LK_DECLARE_NORMS
