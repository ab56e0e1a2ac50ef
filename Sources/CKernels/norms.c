// The public functions of norms.
#include "include/lk_norms.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                                \
    void lk_norm_##S(T *out, float *mean, float *rstd, const T *in, const float *gamma, const float *beta,       \
                           float eps, long rows, long cols)                                                            \
        LK_FORWARD(lk_norm_##S, out, mean, rstd, in, gamma, beta, eps, rows,                                     \
                   cols) void lk_norm_backward_##S(T *din, float *dgamma, float *dbeta, const T *dout,           \
                                                         const T *in, const float *mean, const float *rstd,            \
                                                         const float *gamma, long rows, long cols)                     \
            LK_FORWARD(lk_norm_backward_##S, din, dgamma, dbeta, dout, in, mean, rstd, gamma, rows,              \
                       cols) void lk_dropout_add_norm_##S(T *out, T *sum, float *mean, float *rstd, const T *x,  \
                                                                const T *residual, float p, uint64_t seed,             \
                                                                uint64_t stream, const float *gamma,                   \
                                                                const float *beta, float eps, long rows, long cols)    \
                LK_FORWARD(lk_dropout_add_norm_##S, out, sum, mean, rstd, x, residual, p, seed, stream, gamma,   \
                           beta, eps, rows,                                                                            \
                           cols) void lk_dropout_add_norm_backward_##S(T *dx, T *dresidual, float *dgamma,       \
                                                                             float *dbeta, const T *dout,              \
                                                                             const T *sum, const float *mean,          \
                                                                             const float *rstd, const float *gamma,    \
                                                                             float p, uint64_t seed, uint64_t stream,  \
                                                                             long rows, long cols)                     \
                    LK_FORWARD(lk_dropout_add_norm_backward_##S, dx, dresidual, dgamma, dbeta, dout, sum, mean,  \
                               rstd, gamma, p, seed, stream, rows, cols)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
