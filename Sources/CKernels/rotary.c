// The public functions of the rotary embedding.
#include "include/lk_rotary.h"
#include "instruction_set.h"

#define LK_DEFINE(T, S)                                                                                                \
    void lk_rotate_##S(T *out, const T *in, const float *cosines, const float *sines, const int32_t *positions,        \
                       float direction, long rows, long heads, long dim)                                               \
        LK_FORWARD(lk_rotate_##S, out, in, cosines, sines, positions, direction, rows, heads, dim)
LK_DEFINE(float, f32)
LK_DEFINE(lk_bf16, bf16)
