// Decoding a chunk of a coded matrix in two registers: 16 upper bytes are one byte shuffle's table.
#pragma once
#include "coded_layout.h"
#include <immintrin.h>

/// The inputs 0 ..< 32 and 32 ..< 64 of a chunk in bfloat16; `table` holds the 16 upper bytes four times.
static inline __attribute__((always_inline)) void interleave_chunk(__m512i *low, __m512i *high, const uint8_t *chunk,
                                                                   __m512i table) {
    __m512i codes = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)chunk));
    codes = _mm512_srlv_epi64(codes, _mm512_setr_epi64(0, 0, 0, 0, 4, 4, 4, 4));
    __m512i upper = _mm512_shuffle_epi8(table, _mm512_and_si512(codes, _mm512_set1_epi8(15)));
    __m512i lower = _mm512_loadu_si512(chunk + coded_inputs / 2);
    *low = _mm512_unpacklo_epi8(lower, upper);
    *high = _mm512_unpackhi_epi8(lower, upper);
}
