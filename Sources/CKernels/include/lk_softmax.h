// Softmax over the last dimension, and cross entropy.
#pragma once
#include "lk_parallel.h"

// lk_softmax, lk_log_softmax: over each row. Their backwards take the output of the forward.
// lk_cross_entropy: losses[r] = -Σ_c t_c log p_c with t = (1 - smoothing) · onehot(target) + smoothing / classes.
//   Saves lse[r], the logarithm of Σ exp(logits). Target -100 is ignored (loss 0); any other target outside
//   0 ..< classes gives NaN.
// lk_cross_entropy_backward: dlogits = scale · (p - t), p = exp(logits - lse); 0 for targets without a class.
#define LK_DECLARE_SOFTMAX(T, S)                                                                                       \
    void lk_softmax_##S(T *out, const T *in, long rows, long cols);                                                    \
    void lk_softmax_backward_##S(T *din, const T *dout, const T *out, long rows, long cols);                           \
    void lk_log_softmax_##S(T *out, const T *in, long rows, long cols);                                                \
    void lk_log_softmax_backward_##S(T *din, const T *dout, const T *out, long rows, long cols);                       \
    void lk_cross_entropy_##S(float *losses, float *lse, const T *logits, const int32_t *targets, float smoothing,     \
                              long rows, long classes);                                                                \
    void lk_cross_entropy_backward_##S(T *dlogits, const T *logits, const float *lse, const int32_t *targets,          \
                                       float smoothing, float scale, long rows, long classes);
LK_DECLARE_SOFTMAX(float, f32)
LK_DECLARE_SOFTMAX(lk_bf16, bf16)
#undef LK_DECLARE_SOFTMAX
