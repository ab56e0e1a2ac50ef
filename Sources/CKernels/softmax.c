// The public functions of softmax.
#include "include/lk_softmax.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                                \
    void lk_softmax_##S(T *out, const T *in, long rows, long cols)                                                     \
        LK_FORWARD(lk_softmax_##S, out, in, rows,                                                                      \
                   cols) void lk_softmax_backward_##S(T *din, const T *dout, const T *out, long rows, long cols)       \
            LK_FORWARD(lk_softmax_backward_##S, din, dout, out, rows,                                                  \
                       cols) void lk_log_softmax_##S(T *out, const T *in, long rows, long cols)                        \
                LK_FORWARD(lk_log_softmax_##S, out, in, rows, cols) void lk_log_softmax_backward_##S(                  \
                    T *din, const T *dout, const T *out, long rows, long cols)                                         \
                    LK_FORWARD(lk_log_softmax_backward_##S, din, dout, out, rows, cols) void lk_cross_entropy_##S(     \
                        float *losses, float *probabilities, const T *logits, const int32_t *targets, float smoothing, \
                        long rows, long classes)                                                                       \
                        LK_FORWARD(lk_cross_entropy_##S, losses, probabilities, logits, targets, smoothing, rows,      \
                                   classes) void lk_cross_entropy_backward_##S(T *dlogits, const float *probabilities, \
                                                                               const int32_t *targets,                 \
                                                                               float smoothing, float scale,           \
                                                                               long rows, long classes)                \
                            LK_FORWARD(lk_cross_entropy_backward_##S, dlogits, probabilities, targets, smoothing,      \
                                       scale, rows, classes)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
