// Products of coded matrices with activations in bfloat16, for processors that multiply bfloat16.
#if defined(__x86_64__)
#include "coded_group.h"
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))),        \
                             apply_to = function)
#include "coded_interleaving.h"

/// Rows of x that share one reading of the weights, at most.
enum { most_rows = 8 };

/// One row of the matrix times `rows` rows of x.
static inline __attribute__((always_inline)) void row_products(float (*results)[group_rows], int output,
                                                               const uint8_t *chunk, long chunks, __m512i table,
                                                               const lk_bf16 *x, long x_row, const int rows) {
    __m512 low_sums[most_rows], high_sums[most_rows];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        low_sums[r] = high_sums[r] = _mm512_setzero_ps();
    }
    for (long c = 0; c < chunks; c++, chunk += coded_bytes, x += coded_inputs) {
        __m512i low, high;
        __builtin_prefetch(chunk + prefetch_distance);
        __builtin_prefetch(chunk + prefetch_distance + 64);
        interleave_chunk(&low, &high, chunk, table);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const lk_bf16 *line = x + r * x_row;
            low_sums[r] = _mm512_dpbf16_ps(low_sums[r], (__m512bh)low, (__m512bh)_mm512_loadu_si512(line));
            high_sums[r] = _mm512_dpbf16_ps(high_sums[r], (__m512bh)high,
                                            (__m512bh)_mm512_loadu_si512(line + coded_inputs / 2));
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        results[r][output] = _mm512_reduce_add_ps(_mm512_add_ps(low_sums[r], high_sums[r]));
    }
}

void lk_coded_group_avx512bf16(float (*results)[group_rows], const struct coded_group *group, const lk_bf16 *x,
                               long x_row) {
    __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)group->upper));
    for (int i = 0; i < group->outputs; i++) {
        const uint8_t *row = group->codes + i * group->chunks * coded_bytes;
        switch (group->rows) {
        case 8:
            row_products(results, i, row, group->chunks, table, x, x_row, 8);
            break;
        case 4:
            row_products(results, i, row, group->chunks, table, x, x_row, 4);
            break;
        case 2:
            row_products(results, i, row, group->chunks, table, x, x_row, 2);
            break;
        default:
            row_products(results, i, row, group->chunks, table, x, x_row, 1);
        }
    }
}
#pragma clang attribute pop
#endif
