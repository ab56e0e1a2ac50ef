// The public functions of embeddings.
#include "include/lk_embeddings.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                                \
    void lk_embedding_sum_##S(T *out, const float *word, const int32_t *ids, const float *position,                    \
                              const int32_t *positions, const float *type, const int32_t *types, long rows, long cols) \
        LK_FORWARD(lk_embedding_sum_##S, out, word, ids, position, positions, type, types, rows,                       \
                   cols) void lk_gather_rows_##S(T *out, const T *in, const int32_t *index, long rows, long cols)      \
            LK_FORWARD(lk_gather_rows_##S, out, in, index, rows, cols) void lk_scatter_add_rows_f32out_##S(            \
                float *out, const T *in, const int32_t *index, long rows, long cols)                                   \
                LK_FORWARD(lk_scatter_add_rows_f32out_##S, out, in, index, rows, cols)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
