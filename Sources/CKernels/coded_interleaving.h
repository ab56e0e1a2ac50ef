// A chunk of a coded matrix in two registers, and back: 16 upper bytes are one byte shuffle's table.
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

/// The other way: codes, lower bytes, and the places of the numbers that have no code, a bit each.
static inline __attribute__((always_inline)) uint64_t part_chunk(uint8_t *out, const lk_bf16 *chunk,
                                                                 uint8_t greatest) {
    const __m512i byte = _mm512_set1_epi16(0xff);
    __m512i low = _mm512_loadu_si512(chunk), high = _mm512_loadu_si512(chunk + coded_inputs / 2);
    __m512i lower = _mm512_packus_epi16(_mm512_and_si512(low, byte), _mm512_and_si512(high, byte));
    __m512i upper = _mm512_packus_epi16(_mm512_srli_epi16(low, 8), _mm512_srli_epi16(high, 8));
    __m512i exponent = _mm512_and_si512(upper, _mm512_set1_epi8(0x7f));
    __m512i below = _mm512_sub_epi8(_mm512_set1_epi8((char)greatest), exponent);
    __mmask64 coded = _mm512_cmplt_epu8_mask(below, _mm512_set1_epi8(code_exponents));
    __mmask64 other = _mm512_test_epi8_mask(exponent, exponent);
    __mmask64 absent = other & ~coded;
    __m512i code = _mm512_maskz_add_epi8(coded & other, below, _mm512_set1_epi8(1));
    __m512i sign = _mm512_and_si512(_mm512_srli_epi16(upper, 4), _mm512_set1_epi8(8));
    code = _mm512_or_si512(code, _mm512_maskz_mov_epi8(~absent, sign));
    __m256i second = _mm256_slli_epi16(_mm512_extracti64x4_epi64(code, 1), 4);
    _mm256_storeu_si256((__m256i *)out, _mm256_or_si256(_mm512_castsi512_si256(code), second));
    _mm512_storeu_si512(out + coded_inputs / 2, _mm512_maskz_mov_epi8(~absent, lower));
    return absent;
}
