// Multi-head attention over ragged segments.
#pragma once
#include "lk_parallel.h"

/// Which rows see which, and how. Heads of queries share heads of keys in groups of heads / key_heads.
typedef struct {
    const int32_t *query_offsets;           ///< segment s holds queries query_offsets[s] ..< query_offsets[s + 1]
    const int32_t *key_starts, *key_counts; ///< and sees key_counts[s] rows of k and v from key_starts[s] on
    long segments, query_rows, key_rows;    ///< query_rows of q, key_rows of k and v
    long heads, key_heads, dim;             ///< q is [query_rows, heads · dim], k and v are [key_rows, key_heads · dim]
    float scale;                            ///< factor on q kᵀ
    int causal;  ///< query i of n sees key j of m only if j <= i + (m - n): both end at the same position
    long window; ///< with causal, at most 2³⁰ keys that a query sees: those with j > i + (m - n) - window
    float p;     ///< probability of dropping a weight
    uint64_t seed, stream;
} lk_attention_plan;

// lk_attention: out = dropout(softmax(scale · q kᵀ)) v for each segment and head; saves lse [heads, query_rows], the
//   logarithm of Σ exp(scale · q kᵀ). Rows outside all segments, and queries that see no key, give 0. lse may be NULL
//   if no backward follows; few queries in every segment are then computed by streaming keys and values once.
//   Dropout acts on weights by the rule of lk_dropout; key j of a segment has, for the query in row r of q and head h,
//   the element index (r · heads + h) · 2³⁴ + j.
// lk_attention_backward: dq, dk, dv; rows outside all segments become 0. The keys of segments must ascend and not
//   overlap. No output may be an input.
#define LK_DECLARE_ATTENTION(T, S)                                                                                     \
    void lk_attention_##S(T *out, float *lse, const T *q, const T *k, const T *v, const lk_attention_plan *plan);      \
    void lk_attention_backward_##S(T *dq, T *dk, T *dv, const T *dout, const T *out, const float *lse, const T *q,     \
                                   const T *k, const T *v, const lk_attention_plan *plan);
LK_DECLARE_ATTENTION(float, f32)
LK_DECLARE_ATTENTION(lk_bf16, bf16)
#undef LK_DECLARE_ATTENTION
