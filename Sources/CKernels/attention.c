// The public functions of attention.
#include "include/lk_attention.h"
#include "instruction_set.h"

#define LK_DEFINE_FORWARD(T, S)                                                                                        \
    void lk_attention_##S(T *out, float *lse, const T *q, const T *k, const T *v, const lk_attention_plan *plan)       \
        LK_FORWARD(lk_attention_##S, out, lse, q, k, v, plan)
#define LK_DEFINE_BACKWARD(T, S)                                                                                       \
    void lk_attention_backward_##S(T *dq, T *dk, T *dv, const T *dout, const T *out, const float *lse, const T *q,     \
                                   const T *k, const T *v, const lk_attention_plan *plan)                              \
        LK_FORWARD(lk_attention_backward_##S, dq, dk, dv, dout, out, lse, q, k, v, plan)
LK_DEFINE_FORWARD(float, f32)
LK_DEFINE_FORWARD(lk_bf16, bf16)
LK_DEFINE_BACKWARD(float, f32)
LK_DEFINE_BACKWARD(lk_bf16, bf16)
