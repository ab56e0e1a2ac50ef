// The public functions of attention.
#include "include/lk_attention.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                               \
    void lk_attention_##S(T *out, float *lse, const T *q, const T *k, const T *v, const int32_t *qOff,                \
                          const int32_t *kvOff, long segments, long qRows, long kvRows, long heads, long dim,         \
                          float scale, int causal, float p, uint64_t seed, uint64_t stream)                           \
        LK_FORWARD(lk_attention_##S, out, lse, q, k, v, qOff, kvOff, segments, qRows, kvRows, heads, dim, scale,      \
                   causal, p, seed,                                                                                   \
                   stream) void lk_attention_backward_##S(T *dq, T *dk, T *dv, const T *dout, const T *out,           \
                                                          const float *lse, const T *q, const T *k, const T *v,       \
                                                          const int32_t *qOff, const int32_t *kvOff, long segments,   \
                                                          long qRows, long kvRows, long heads, long dim, float scale, \
                                                          int causal, float p, uint64_t seed, uint64_t stream)        \
            LK_FORWARD(lk_attention_backward_##S, dq, dk, dv, dout, out, lse, q, k, v, qOff, kvOff, segments, qRows,  \
                       kvRows, heads, dim, scale, causal, p, seed, stream)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
