// The public functions of gated activations.
#include "include/lk_gated.h"
#include "instruction_set.h"

#define LK_DEFINE_FORWARD(T, S)                                                                                        \
    void lk_silu_gated_##S(T *out, const T *gate, const T *up, long n) LK_FORWARD(lk_silu_gated_##S, out, gate, up, n)
#define LK_DEFINE_BACKWARD(T, S)                                                                                       \
    void lk_silu_gated_backward_##S(T *dgate, T *dup, const T *dout, const T *gate, const T *up, long n)               \
        LK_FORWARD(lk_silu_gated_backward_##S, dgate, dup, dout, gate, up, n)
LK_DEFINE_FORWARD(float, f32)
LK_DEFINE_FORWARD(lk_bf16, bf16)
LK_DEFINE_BACKWARD(float, f32)
LK_DEFINE_BACKWARD(lk_bf16, bf16)
