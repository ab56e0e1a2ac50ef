// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) for LK_WIDTH counters at once.
#pragma once

/// Word k of the result for the counter in each lane.
struct random_words {
    vu word[4];
};

/// The products of the lower halves of 64-bit lanes.
LK_INLINE vq multiply_low(vq a, uint32_t factor) {
#if LK_WIDTH == 16
    return (vq)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(factor));
#elif LK_WIDTH == 8
    return (vq)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(factor));
#else
    return (a & 0xffffffffu) * factor;
#endif
}

/// The counter of lane l is (first[l], second[l], stream), from the lowest 32 bits up; the key is `seed`.
LK_INLINE struct random_words random_block(vu first, vu second, uint64_t stream, uint64_t seed) {
    // 64-bit lanes hold 32-bit values: of even lanes in element 0, of odd ones in 1; the upper halves are ignored.
    vq a[2] = {(vq)first, (vq)first >> 32}, b[2] = {(vq)second, (vq)second >> 32};
    vq c[2] = {(vq){} + (stream & 0xffffffffu), (vq){} + (stream & 0xffffffffu)};
    vq d[2] = {(vq){} + (stream >> 32), (vq){} + (stream >> 32)};
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
        for (int half = 0; half < 2; half++) {
            vq low = multiply_low(a[half], 0xD2511F53u), high = multiply_low(c[half], 0xCD9E8D57u);
            a[half] = (high >> 32) ^ b[half] ^ key0;
            c[half] = (low >> 32) ^ d[half] ^ key1;
            b[half] = high;
            d[half] = low;
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    const vq lower = (vq){} + 0xffffffffu;
    struct random_words words;
    words.word[0] = (vu)((a[0] & lower) | (a[1] << 32));
    words.word[1] = (vu)((b[0] & lower) | (b[1] << 32));
    words.word[2] = (vu)((c[0] & lower) | (c[1] << 32));
    words.word[3] = (vu)((d[0] & lower) | (d[1] << 32));
    return words;
}

/// What dropout multiplies by: 0 for words below the threshold, else 1 / (1 - p).
struct dropout {
    uint32_t threshold;
    float scale;
    uint64_t seed, stream;
};

LK_INLINE struct dropout dropout_rule(float p, uint64_t seed, uint64_t stream) {
    double threshold = (double)p * 4294967296.0;
    struct dropout rule = {threshold >= 4294967295.0 ? 0xffffffffu : (uint32_t)threshold, 0, seed, stream};
    rule.scale = p < 1 ? 1 / (1 - p) : 0;
    return rule;
}

LK_INLINE vf dropout_factor(vu word, struct dropout rule) {
    return (vf)((vi)(word >= rule.threshold) & (vi)splat(rule.scale));
}

/// Elements that lk_dropout takes at once.
enum { dropout_block = 1024 };

/// The factors of elements first ..< first + count go to the result, which points into `buffer`: room for
/// count + 4 · LK_WIDTH + 4 floats.
static inline const float *dropout_factors(float *buffer, uint64_t first, long count, struct dropout rule) {
    uint64_t counter = first / 4;
    long skipped = (long)(first % 4);
    for (long at = 0; at < count + skipped; at += 4 * LK_WIDTH, counter += LK_WIDTH) {
        vu low = lane_numbers() + (uint32_t)counter;
        vu carry = (vu)(low < (uint32_t)counter) & 1, high = carry + (uint32_t)(counter >> 32);
        struct random_words words = random_block(low, high, rule.stream, rule.seed);
        float planes[4][LK_WIDTH];
        for (int k = 0; k < 4; k++) {
            store(planes[k], dropout_factor(words.word[k], rule));
        }
        for (int lane = 0; lane < LK_WIDTH; lane++) {
            for (int k = 0; k < 4; k++) {
                buffer[at + 4 * lane + k] = planes[k][lane];
            }
        }
    }
    return buffer + skipped;
}
