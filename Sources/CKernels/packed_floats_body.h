// Products of row-major matrices in float or bfloat16 with activations in float. One row of the matrix at a time, so
// that memory is read strictly forwards; each output is one sum in a fixed order, whatever the number of rows of x.
#pragma once

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
        long whole = inputs / chunk_floats * chunk_floats;                                                             \
        for (int i = 0; i < group_rows && i < left; i++, weights += inputs) {                                          \
            vf sums[most_rows][2];                                                                                     \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                        \
                sums[r][0] = splat(0);                                                                                 \
                sums[r][1] = splat(0);                                                                                 \
            }                                                                                                          \
            for (long k = 0; k < whole; k += chunk_floats) {                                                           \
                __builtin_prefetch((const char *)(weights + k) + prefetch_distance);                                   \
                add_chunk(sums, weights + k, x + k * rows, rows);                                                      \
            }                                                                                                          \
            if (whole < inputs) {                                                                                      \
                T rest[chunk_floats] = {0};                                                                            \
                memcpy(rest, weights + whole, (size_t)(inputs - whole) * sizeof(T));                                   \
                add_chunk(sums, rest, x + whole * rows, rows);                                                         \
            }                                                                                                          \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                        \
                results[r][i] = sum_lanes(sums[r][0] + sums[r][1]);                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }
LK_DEFINE_FLOAT_GROUP(float)
LK_DEFINE_FLOAT_GROUP(lk_bf16)
#undef LK_DEFINE_FLOAT_GROUP
