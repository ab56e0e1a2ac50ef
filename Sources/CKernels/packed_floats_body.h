// Products of row-major matrices in float or bfloat16 with activations in float. A tile is tile_outputs rows of the
// matrix by a few rows of x.
#pragma once

enum { tile_outputs = 4 };

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

#define LK_DEFINE_FLOAT_TILE(T)                                                                                        \
    /** Sums [tile_outputs][most_rows] of the products of rows lines[…] with `rows` rows of x. */                      \
    LK_OVERLOAD void float_tile(vf sums[tile_outputs][most_rows], const T *const lines[tile_outputs], long inputs,     \
                                const float *x, long x_row, const int rows) {                                          \
        vf more[tile_outputs]; /* A second chain of sums where one row would leave the multipliers waiting. */         \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < tile_outputs; i++) {                                    \
            more[i] = splat(0);                                                                                        \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                        \
                sums[i][r] = splat(0);                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
        long whole = inputs / chunk_floats * chunk_floats, ahead = tile_outputs * inputs;                              \
        ahead = ahead > 4096 ? 4096 : ahead;                                                                           \
        for (long k = 0; k < inputs; k += chunk_floats) {                                                              \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < tile_outputs; i++) {                                \
                vf weights[2];                                                                                         \
                if (k < whole) {                                                                                       \
                    __builtin_prefetch(lines[i] + k + ahead);                                                          \
                    load_pair(weights, lines[i] + k);                                                                  \
                } else {                                                                                               \
                    T tail[chunk_floats] = {0};                                                                        \
                    memcpy(tail, lines[i] + k, (size_t)(inputs - k) * sizeof(T));                                      \
                    load_pair(weights, tail);                                                                          \
                }                                                                                                      \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                    \
                    sums[i][r] = weights[0] * load(x + r * x_row + k) + sums[i][r];                                    \
                    if (rows == 1) {                                                                                   \
                        more[i] = weights[1] * load(x + k + LK_WIDTH) + more[i];                                       \
                    } else {                                                                                           \
                        sums[i][r] = weights[1] * load(x + r * x_row + k + LK_WIDTH) + sums[i][r];                     \
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        if (rows == 1) {                                                                                               \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < tile_outputs; i++) {                                \
                sums[i][0] += more[i];                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    /** The group's products with `rows` rows of x: results[r][i] for row i of the group. Rows past the matrix repeat  \
        its last one. */                                                                                               \
    LK_OVERLOAD void float_group(float results[most_rows][group_rows], const T *weights, long group, long outputs,     \
                                 long inputs, const float *x, long x_row, const int rows) {                            \
        for (int first = 0; first < group_rows; first += tile_outputs) {                                               \
            const T *lines[tile_outputs];                                                                              \
            vf sums[tile_outputs][most_rows];                                                                          \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < tile_outputs; i++) {                                \
                long row = group * group_rows + first + i;                                                             \
                lines[i] = weights + (row < outputs ? row : outputs - 1) * inputs;                                     \
            }                                                                                                          \
            float_tile(sums, lines, inputs, x, x_row, rows);                                                           \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < tile_outputs; i++) {                                \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                    \
                    results[r][first + i] = sum_lanes(sums[i][r]);                                                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
LK_DEFINE_FLOAT_TILE(float)
LK_DEFINE_FLOAT_TILE(lk_bf16)
#undef LK_DEFINE_FLOAT_TILE
