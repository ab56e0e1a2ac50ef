// Products of row-major matrices in float or bfloat16 with activations in float. One row of the matrix at a time, so
// that memory is read strictly forwards; each output is one sum in a fixed order, whatever the number of rows of x.
#pragma once

/// Activations that the rows of a group share while they lie in the first cache: 32 KiB.
enum { panel_floats = 8192 };

/// Two vectors of weights: of bfloat16 the even and the odd elements of a chunk.
LK_OVERLOAD void load_pair(vf pair[2], const float *p) {
    pair[0] = load(p);
    pair[1] = load(p + LK_WIDTH);
}
LK_OVERLOAD void load_pair(vf pair[2], const lk_bf16 *p) {
    vu bits = *(const vu_anywhere *)p;
    pair[0] = (vf)(bits << 16);
    pair[1] = (vf)(bits & 0xffff0000);
}

#define LK_DEFINE_FLOAT_GROUP(T)                                                                                       \
    /** Adds one chunk of the products of a row of the matrix with `rows` rows of x. */                                \
    LK_OVERLOAD void add_chunk(vf sums[most_rows][2], const T *weights, const float *x, const int rows) {              \
        vf pair[2];                                                                                                    \
        load_pair(pair, weights);                                                                                      \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                            \
            sums[r][0] = pair[0] * load(x + r * chunk_floats) + sums[r][0];                                            \
            sums[r][1] = pair[1] * load(x + r * chunk_floats + LK_WIDTH) + sums[r][1];                                 \
        }                                                                                                              \
    }                                                                                                                  \
    /** results[r][i]: row i of the group times row r of a tile of `rows` rows of x. */                                \
    LK_OVERLOAD void float_group(float results[most_rows][group_rows], const T *weights, long left, long inputs,       \
                                 const float *x, const int rows) {                                                     \
        vf partial[group_rows][most_rows][2];                                                                          \
        long whole = inputs / chunk_floats * chunk_floats, outputs = left < group_rows ? left : group_rows;            \
        for (long begin = 0; begin == 0 || begin < inputs; begin += panel_floats / rows) {                             \
            long end = begin + panel_floats / rows;                                                                    \
            for (int i = 0; i < outputs; i++) {                                                                        \
                const T *line = weights + i * inputs;                                                                  \
                vf sums[most_rows][2];                                                                                 \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                    \
                    sums[r][0] = begin == 0 ? splat(0) : partial[i][r][0];                                             \
                    sums[r][1] = begin == 0 ? splat(0) : partial[i][r][1];                                             \
                }                                                                                                      \
                for (long k = begin; k < whole && k < end; k += chunk_floats) {                                        \
                    __builtin_prefetch((const char *)(line + k) + prefetch_distance);                                  \
                    add_chunk(sums, line + k, x + k * rows, rows);                                                     \
                }                                                                                                      \
                if (end < inputs) {                                                                                    \
                    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                \
                        partial[i][r][0] = sums[r][0];                                                                 \
                        partial[i][r][1] = sums[r][1];                                                                 \
                    }                                                                                                  \
                    continue;                                                                                          \
                }                                                                                                      \
                if (whole < inputs) {                                                                                  \
                    T rest[chunk_floats] = {0};                                                                        \
                    memcpy(rest, line + whole, (size_t)(inputs - whole) * sizeof(T));                                  \
                    add_chunk(sums, rest, x + whole * rows, rows);                                                     \
                }                                                                                                      \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                    \
                    results[r][i] = sum_lanes(sums[r][0] + sums[r][1]);                                                \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
LK_DEFINE_FLOAT_GROUP(float)
LK_DEFINE_FLOAT_GROUP(lk_bf16)
#undef LK_DEFINE_FLOAT_GROUP
