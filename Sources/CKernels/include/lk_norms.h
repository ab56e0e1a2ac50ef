// Layer norm and root-mean-square norm over the last dimension, alone and fused with dropout and the residual sum.
#pragma once
#include "lk_parallel.h"

// lk_norm: out = (in - mean) · rstd · gamma + beta, rstd = 1 / √(variance + eps); saves mean[r] and rstd[r], either of
//   which may be NULL. With beta NULL the root-mean-square norm: out = in · rstd · gamma, rstd = 1 / √(mean(in²) + eps).
// lk_norm_backward: dgamma and dbeta accumulate; either may be NULL. din may be dout. With mean NULL the backward of the
//   root-mean-square norm.
// lk_dropout_add_norm: sum = dropout(x) + residual; out = norm of the stored sum, which the backward needs.
//   Dropout is `lk_dropout` with element index r · cols + c.
// lk_dropout_add_norm_backward: dresidual = gradient of sum; dx = dropout(dresidual). Either may be NULL, and they may
//   be the same array if p = 0.
#define LK_DECLARE_NORMS(T, S)                                                                                         \
    void lk_norm_##S(T *out, float *mean, float *rstd, const T *in, const float *gamma, const float *beta,       \
                           float eps, long rows, long cols);                                                           \
    void lk_norm_backward_##S(T *din, float *dgamma, float *dbeta, const T *dout, const T *in,                   \
                                    const float *mean, const float *rstd, const float *gamma, long rows, long cols);   \
    void lk_dropout_add_norm_##S(T *out, T *sum, float *mean, float *rstd, const T *x, const T *residual,        \
                                       float p, uint64_t seed, uint64_t stream, const float *gamma, const float *beta, \
                                       float eps, long rows, long cols);                                               \
    void lk_dropout_add_norm_backward_##S(                                                                       \
        T *dx, T *dresidual, float *dgamma, float *dbeta, const T *dout, const T *sum, const float *mean,              \
        const float *rstd, const float *gamma, float p, uint64_t seed, uint64_t stream, long rows, long cols);
LK_DECLARE_NORMS(float, f32)
LK_DECLARE_NORMS(lk_bf16, bf16)
#undef LK_DECLARE_NORMS
