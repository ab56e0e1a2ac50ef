// Multi-head attention over ragged segments.
#pragma once
#include "lk_parallel.h"

// q and out are [qRows, heads · dim]; k and v are [kvRows, heads · dim]. Segment s holds queries qOff[s] ..< qOff[s + 1]
// and keys kvOff[s] ..< kvOff[s + 1]; offsets ascend.
// lk_attention: out = dropout(softmax(scale · q kᵀ)) v for each segment and head. With `causal`, query i of a segment sees
//   keys j <= i + (keys - queries). Dropout with probability p drops probabilities; the random word of query i and key j
//   of a segment is word i % 4 of Philox4x32-10 with key `seed` and counter (((qOff[s] + i - i % 4) · heads + h) << 32 | j,
//   stream). lse [heads, qRows] is log Σ exp(scale · q kᵀ). Rows outside all segments, and queries that see no key, give 0.
// lk_attention_backward: dq, dk, dv; rows outside all segments become 0. No output may be an input.
#define LK_DECLARE_ATTENTION(T, S)                                                                                     \
    void lk_attention_##S(T *out, float *lse, const T *q, const T *k, const T *v, const int32_t *qOff,                 \
                          const int32_t *kvOff, long segments, long qRows, long kvRows, long heads, long dim,          \
                          float scale, int causal, float p, uint64_t seed, uint64_t stream);                           \
    void lk_attention_backward_##S(T *dq, T *dk, T *dv, const T *dout, const T *out, const float *lse, const T *q,     \
                                   const T *k, const T *v, const int32_t *qOff, const int32_t *kvOff, long segments,   \
                                   long qRows, long kvRows, long heads, long dim, float scale, int causal, float p,    \
                                   uint64_t seed, uint64_t stream);
LK_DECLARE_ATTENTION(float, f32)
LK_DECLARE_ATTENTION(lk_bf16, bf16)
#undef LK_DECLARE_ATTENTION
