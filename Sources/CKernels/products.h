// Products of small fp32 matrices that lie in the cache: the inner loops of attention and adapters.
#pragma once

#if LK_WIDTH == 16
enum { tile_rows = 8 };
#else
enum { tile_rows = 4 };
#endif
enum { tile_vectors = 2 };

static inline long round_up(long n, long multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

LK_INLINE void product_tile(float *c, long c_row, const float *a, long a_row, long a_step, const float *b, long b_step,
                            long depth, int accumulate, const int rows, const int vectors) {
    vf sums[tile_rows][tile_vectors];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            sums[i][j] = accumulate ? load(c + i * c_row + j * LK_WIDTH) : splat(0);
        }
    }
    for (long k = 0; k < depth; k++) {
        vf line[tile_vectors];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            line[j] = load(b + k * b_step + j * LK_WIDTH);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            vf factor = splat(a[i * a_row + k * a_step]);
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) {
                sums[i][j] = factor * line[j] + sums[i][j];
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            store(c + i * c_row + j * LK_WIDTH, sums[i][j]);
        }
    }
}

/// c [m, n] = or += a [m, depth] · b [depth, n]. Element (i, k) of a is a[i · a_row + k · a_step], so a may be
/// transposed. m is a multiple of 4 and n of LK_WIDTH; every sum runs over k in ascending order.
static void product(float *c, long c_row, const float *a, long a_row, long a_step, const float *b, long b_step, long m,
                    long n, long depth, int accumulate) {
    long j = 0;
    for (; j + tile_vectors * LK_WIDTH <= n; j += tile_vectors * LK_WIDTH) {
        long i = 0;
        for (; i + tile_rows <= m; i += tile_rows) {
            product_tile(c + i * c_row + j, c_row, a + i * a_row, a_row, a_step, b + j, b_step, depth, accumulate,
                         tile_rows, tile_vectors);
        }
        for (; i < m; i += 4) {
            product_tile(c + i * c_row + j, c_row, a + i * a_row, a_row, a_step, b + j, b_step, depth, accumulate, 4,
                         tile_vectors);
        }
    }
    for (; j < n; j += LK_WIDTH) {
        long i = 0;
        for (; i + tile_rows <= m; i += tile_rows) {
            product_tile(c + i * c_row + j, c_row, a + i * a_row, a_row, a_step, b + j, b_step, depth, accumulate,
                         tile_rows, 1);
        }
        for (; i < m; i += 4) {
            product_tile(c + i * c_row + j, c_row, a + i * a_row, a_row, a_step, b + j, b_step, depth, accumulate, 4,
                         1);
        }
    }
}

/// out [padded_rows, out_row] = factor · in [rows, in_row] (its first cols columns) in fp32; zero in the padding, whose
/// columns reach to the next multiple of LK_WIDTH.
#define LK_DEFINE_TILES(T)                                                                                             \
    LK_OVERLOAD void load_tile(float *out, long out_row, const T *in, long in_row, long rows, long padded_rows,        \
                               long cols, float factor) {                                                              \
        for (long r = 0; r < padded_rows; r++) {                                                                       \
            for (long c = 0; c < cols; c += LK_WIDTH) {                                                                \
                vf x = r < rows ? load_some(in + r * in_row + c, cols - c) * factor : splat(0);                        \
                store(out + r * out_row + c, x);                                                                       \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    LK_OVERLOAD void load_transposed_tile(float *out, long out_row, const T *in, long in_row, long rows, long cols,    \
                                          float factor) {                                                              \
        for (long r = 0; r < rows; r += LK_WIDTH) {                                                                    \
            for (long c = 0; c < cols; c += LK_WIDTH) {                                                                \
                vf square[LK_WIDTH];                                                                                   \
                _Pragma("clang loop unroll(full)") for (int i = 0; i < LK_WIDTH; i++) {                                \
                    square[i] = r + i < rows ? load_some(in + (r + i) * in_row + c, cols - c) * factor : splat(0);     \
                }                                                                                                      \
                transpose_square(square);                                                                              \
                _Pragma("clang loop unroll(full)") for (int i = 0; i < LK_WIDTH; i++) {                                \
                    store(out + (c + i) * out_row + r, square[i]);                                                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    LK_OVERLOAD void store_tile(T *out, long out_row, const float *in, long in_row, long rows, long cols,              \
                                float factor) {                                                                        \
        for (long r = 0; r < rows; r++) {                                                                              \
            for (long c = 0; c < cols; c += LK_WIDTH) {                                                                \
                store_some(out + r * out_row + c, load(in + r * in_row + c) * factor, cols - c);                       \
            }                                                                                                          \
        }                                                                                                              \
    }
LK_DEFINE_TILES(float)
LK_DEFINE_TILES(lk_bf16)
#undef LK_DEFINE_TILES

/// A stretch of working memory handed out in pieces of whole cache lines.
struct arena {
    float *next;
};

static inline float *take(struct arena *arena, long floats) {
    float *piece = arena->next;
    arena->next += round_up(floats, 16);
    return piece;
}

/// Multiplies a line of whole vectors.
static inline void scale_line(float *line, long n, float factor) {
    for (long i = 0; i < n; i += LK_WIDTH) {
        store(line + i, load(line + i) * factor);
    }
}
