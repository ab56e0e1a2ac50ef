// Products of Q8 and Q4 matrices with activations of two terms of 8 bits. A vector of 32-bit sums holds one sum for
// each row of the matrix, so nothing is added across lanes. The second term doubles the products, but not the reading.
#pragma once

typedef vu vu_anywhere __attribute__((aligned(4), may_alias));
typedef vu vu_aligned __attribute__((may_alias));
typedef int32_t code_quad __attribute__((may_alias));

/// Vectors that hold the rows of a group.
enum { group_vectors = group_rows / LK_WIDTH };

// add_unsigned: sum + the products of four unsigned codes per lane with four codes of x (`quad`).
// add_offset: the same for codes of up to 255 that stand for code - 128. A sum of offset codes starts at
//   offset_start(Σ x), which takes the offset out where add_offset does not.
#if LK_WIDTH == 16
LK_INLINE vi add_unsigned(vi sum, vu codes, int32_t quad) {
    return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, _mm512_set1_epi32(quad));
}
LK_INLINE vi add_offset(vi sum, vu codes, int32_t quad) {
    return add_unsigned(sum, codes, quad);
}
LK_INLINE int32_t offset_start(int32_t total) {
    return -128 * total;
}
#elif LK_WIDTH == 8
/// 15 · 127 · 2 fits the 16 bits of the products' pairs.
LK_INLINE vi add_unsigned(vi sum, vu codes, int32_t quad) {
    __m256i pairs = _mm256_maddubs_epi16((__m256i)codes, _mm256_set1_epi32(quad));
    return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
/// |w| · (± x), since pairs of products of offset codes would not fit 16 bits: 128 · 127 · 2 does.
LK_INLINE vi add_offset(vi sum, vu codes, int32_t quad) {
    __m256i weights = _mm256_xor_si256((__m256i)codes, _mm256_set1_epi8(-128));
    __m256i signed_x = _mm256_sign_epi8(_mm256_set1_epi32(quad), weights);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), signed_x);
    return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
LK_INLINE int32_t offset_start(int32_t total) {
    (void)total;
    return 0;
}
#else
LK_INLINE vi add_unsigned(vi sum, vu codes, int32_t quad) {
    for (int i = 0; i < 4; i++) {
        sum += (vi)((codes >> (8 * i)) & 0xff) * (int32_t)(int8_t)((uint32_t)quad >> (8 * i));
    }
    return sum;
}
LK_INLINE vi add_offset(vi sum, vu codes, int32_t quad) {
    return add_unsigned(sum, codes, quad);
}
LK_INLINE int32_t offset_start(int32_t total) {
    return -128 * total;
}
#endif

/// Half precision to single.
LK_INLINE vf widen_half(const uint16_t *p) {
#if LK_WIDTH == 16
    return (vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#else
    vu bits = __builtin_convertvector(*(const vh_anywhere *)p, vu);
    // 2¹¹² moves the exponent's bias from 15 to 127, subnormal numbers included.
    vf size = (vf)((bits & 0x7fff) << 13) * 0x1p112f;
    vf whole = choose((vi)((bits & 0x7c00) == 0x7c00), (vf)((vu)size | 0x7f800000), size);
    return (vf)((vu)whole | (bits & 0x8000) << 16);
#endif
}

/// Adds one block of a group's products with a tile of `rows` rows of x that begins at `first`.
LK_INLINE void add_block(vf sums[most_rows][group_vectors], const uint8_t *codes, const uint16_t *scales,
                         const struct activations *x, long first, long block, enum lk_packed_format format,
                         const int rows) {
    const int lines = format == LK_PACKED_Q8 ? 8 : 4;
    long place = first * x->blocks + block * rows;
    const code_quad *quads = (const code_quad *)(x->codes + place * block_inputs * 2);
    vi coarse[most_rows][group_vectors], fine[most_rows][group_vectors];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        int32_t start = format == LK_PACKED_Q8 ? offset_start(x->sums[place + r]) : -8 * x->sums[place + r];
#pragma clang loop unroll(full)
        for (int v = 0; v < group_vectors; v++) {
            coarse[r][v] = (vi){};
            fine[r][v] = (vi){} + start;
        }
    }
#pragma clang loop unroll(full)
    for (int line = 0; line < lines; line++) {
        __builtin_prefetch(codes + line * line_bytes + prefetch_distance);
#pragma clang loop unroll(full)
        for (int v = 0; v < group_vectors; v++) {
            vu weights = *(const vu_aligned *)(codes + line * line_bytes + v * 4 * LK_WIDTH);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                const code_quad *low = quads + (line * rows + r) * 2, *high = quads + ((line + 4) * rows + r) * 2;
                if (format == LK_PACKED_Q8) {
                    coarse[r][v] = add_offset(coarse[r][v], weights, low[0]);
                    fine[r][v] = add_offset(fine[r][v], weights, low[1]);
                } else {
                    vu halves = (weights >> 4) & 0x0f0f0f0f;
                    coarse[r][v] = add_unsigned(coarse[r][v], weights & 0x0f0f0f0f, low[0]);
                    fine[r][v] = add_unsigned(fine[r][v], weights & 0x0f0f0f0f, low[1]);
                    coarse[r][v] = add_unsigned(coarse[r][v], halves, high[0]);
                    fine[r][v] = add_unsigned(fine[r][v], halves, high[1]);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < group_vectors; v++) {
        vf scale = widen_half(scales + v * LK_WIDTH);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vf dot = __builtin_convertvector((vi)((vu)coarse[r][v] << 8) + fine[r][v], vf);
            sums[r][v] = dot * (scale * x->scales[place + r]) + sums[r][v];
        }
    }
}

/// One group's products with a tile of `rows` rows of x that begins at `first`.
LK_INLINE void integer_tile(vf sums[most_rows][group_vectors], const uint8_t *group, const struct activations *x,
                            long first, enum lk_packed_format format, const int rows) {
    const long bytes = block_code_bytes(format);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < group_vectors; v++) {
            sums[r][v] = splat(0);
        }
    }
    long block = 0;
    for (; block + 2 <= x->blocks; block += 2, group += line_bytes + 2 * bytes) {
        __builtin_prefetch(group + prefetch_distance);
        add_block(sums, group + line_bytes, (const uint16_t *)group, x, first, block, format, rows);
        add_block(sums, group + line_bytes + bytes, (const uint16_t *)(group + line_bytes / 2), x, first, block + 1,
                  format, rows);
    }
    if (block < x->blocks) {
        add_block(sums, group + line_bytes, (const uint16_t *)group, x, first, block, format, rows);
    }
}
