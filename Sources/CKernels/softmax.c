// The public functions of softmax.
#include "include/lk_softmax.h"
#include "instruction_set.h"

#define LK_DEFINE_SOFTMAX(T, S)                                                                                        \
    void lk_softmax_##S(T *out, const T *in, long rows, long cols)                                                     \
        LK_FORWARD(lk_softmax_##S, out, in, rows, cols)
#define LK_DEFINE_SOFTMAX_BACKWARD(T, S)                                                                               \
    void lk_softmax_backward_##S(T *din, const T *dout, const T *out, long rows, long cols)                            \
        LK_FORWARD(lk_softmax_backward_##S, din, dout, out, rows, cols)
#define LK_DEFINE_LOG_SOFTMAX(T, S)                                                                                    \
    void lk_log_softmax_##S(T *out, const T *in, long rows, long cols)                                                 \
        LK_FORWARD(lk_log_softmax_##S, out, in, rows, cols)
#define LK_DEFINE_LOG_SOFTMAX_BACKWARD(T, S)                                                                           \
    void lk_log_softmax_backward_##S(T *din, const T *dout, const T *out, long rows, long cols)                        \
        LK_FORWARD(lk_log_softmax_backward_##S, din, dout, out, rows, cols)
#define LK_DEFINE_CROSS_ENTROPY(T, S)                                                                                  \
    void lk_cross_entropy_##S(float *losses, float *lse, const T *logits, const int32_t *targets, float smoothing,     \
                                  long rows, long classes)                                                             \
        LK_FORWARD(lk_cross_entropy_##S, losses, lse, logits, targets, smoothing, rows, classes)
#define LK_DEFINE_CROSS_ENTROPY_BACKWARD(T, S)                                                                         \
    void lk_cross_entropy_backward_##S(T *dlogits, const T *logits, const float *lse, const int32_t *targets,          \
                                           float smoothing, float scale, long rows, long classes)                      \
        LK_FORWARD(lk_cross_entropy_backward_##S, dlogits, logits, lse, targets, smoothing, scale, rows, classes)
LK_DEFINE_SOFTMAX(float, f32)
LK_DEFINE_SOFTMAX(lk_bf16, bf16)
LK_DEFINE_SOFTMAX_BACKWARD(float, f32)
LK_DEFINE_SOFTMAX_BACKWARD(lk_bf16, bf16)
LK_DEFINE_LOG_SOFTMAX(float, f32)
LK_DEFINE_LOG_SOFTMAX(lk_bf16, bf16)
LK_DEFINE_LOG_SOFTMAX_BACKWARD(float, f32)
LK_DEFINE_LOG_SOFTMAX_BACKWARD(lk_bf16, bf16)
LK_DEFINE_CROSS_ENTROPY(float, f32)
LK_DEFINE_CROSS_ENTROPY(lk_bf16, bf16)
LK_DEFINE_CROSS_ENTROPY_BACKWARD(float, f32)
LK_DEFINE_CROSS_ENTROPY_BACKWARD(lk_bf16, bf16)
