// Rows picked from tables. The caller guarantees that indices lie inside the tables.
#pragma once
#include "lk_parallel.h"

// lk_embedding_sum: out[i] = word[ids[i]] + position[positions[i]] + type[types[i]]; position and type may be NULL (with
//   their indices); ids[i] < 0 makes a row of zeros.
// lk_gather_rows: out[i] = in[index[i]]; index < 0 makes a row of zeros.
// lk_scatter_add_rows_f32out: out[index[i]] += in[i] in the order of i; index < 0 is skipped.
#define LK_DECLARE_EMBEDDINGS(T, S)                                                                                    \
    void lk_embedding_sum_##S(T *out, const float *word, const int32_t *ids, const float *position,                    \
                              const int32_t *positions, const float *type, const int32_t *types, long rows,            \
                              long cols);                                                                              \
    void lk_gather_rows_##S(T *out, const T *in, const int32_t *index, long rows, long cols);                          \
    void lk_scatter_add_rows_f32out_##S(float *out, const T *in, const int32_t *index, long rows, long cols);
LK_DECLARE_EMBEDDINGS(float, f32)
LK_DECLARE_EMBEDDINGS(lk_bf16, bf16)
#undef LK_DECLARE_EMBEDDINGS
