// Gated activations: one half of a feed-forward layer opens and closes the other.
#pragma once
#include "lk_parallel.h"

// lk_silu_gated: out = gate / (1 + exp -gate) · up (SwiGLU). `n` counts elements.
// lk_silu_gated_backward: dgate and dup, which may be dout, gate or up.
#define LK_DECLARE_GATED(T, S)                                                                                         \
    void lk_silu_gated_##S(T *out, const T *gate, const T *up, long n);                                                \
    void lk_silu_gated_backward_##S(T *dgate, T *dup, const T *dout, const T *gate, const T *up, long n);
LK_DECLARE_GATED(float, f32)
LK_DECLARE_GATED(lk_bf16, bf16)
#undef LK_DECLARE_GATED
