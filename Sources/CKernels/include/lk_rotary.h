// Rotary position embedding, in the order of Hugging Face: number c of a head turns together with number c + dim / 2.
#pragma once
#include "lk_parallel.h"

// lk_rotate: in and out are [rows, heads · dim], cosines and sines [positions, dim / 2]. For p = positions[r], each head,
//   c < dim / 2 and direction 1: out[c] = in[c] cos[p, c] - in[c + dim / 2] sin[p, c],
//   out[c + dim / 2] = in[c + dim / 2] cos[p, c] + in[c] sin[p, c]; direction -1 turns back, which is the backward.
//   Rows of negative position are copied. The caller guarantees that positions lie inside the tables.
#define LK_DECLARE_ROTARY(T, S)                                                                                        \
    void lk_rotate_##S(T *out, const T *in, const float *cosines, const float *sines, const int32_t *positions,        \
                       float direction, long rows, long heads, long dim);
LK_DECLARE_ROTARY(float, f32)
LK_DECLARE_ROTARY(lk_bf16, bf16)
#undef LK_DECLARE_ROTARY
