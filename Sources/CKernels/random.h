// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) for LK_WIDTH counters at once.
#pragma once

/// Word k of the result for the counter in each lane.
struct random_words {
    vu word[4];
};

/// The counter of lane l is (counter[l], second, stream), from the lowest 32 bits up; the key is `seed`.
LK_INLINE struct random_words random_block(vu counter, uint32_t second, uint64_t stream, uint64_t seed) {
    // 64-bit lanes hold 32-bit values: even counters in a[0], odd ones in a[1]; the upper halves are ignored.
    const vq low = (vq){} + 0xffffffffu;
    vq a[2] = {(vq)counter & low, (vq)counter >> 32};
    vq b[2] = {(vq){} + second, (vq){} + second};
    vq c[2] = {(vq){} + (stream & 0xffffffffu), (vq){} + (stream & 0xffffffffu)};
    vq d[2] = {(vq){} + (stream >> 32), (vq){} + (stream >> 32)};
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
        for (int half = 0; half < 2; half++) {
            vq first = (a[half] & low) * 0xD2511F53u, third = (c[half] & low) * 0xCD9E8D57u;
            a[half] = (third >> 32) ^ b[half] ^ key0;
            c[half] = (first >> 32) ^ d[half] ^ key1;
            b[half] = third;
            d[half] = first;
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    struct random_words words;
    words.word[0] = (vu)((a[0] & low) | (a[1] << 32));
    words.word[1] = (vu)((b[0] & low) | (b[1] << 32));
    words.word[2] = (vu)((c[0] & low) | (c[1] << 32));
    words.word[3] = (vu)((d[0] & low) | (d[1] << 32));
    return words;
}

/// 0, 1, 2, …
LK_INLINE vu lane_numbers(void) {
    vu lanes;
    for (int lane = 0; lane < LK_WIDTH; lane++) {
        lanes[lane] = (uint32_t)lane;
    }
    return lanes;
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
        // A block whose counters carry into the second word is split there.
        vu lanes = lane_numbers() + (uint32_t)counter;
        struct random_words words = random_block(lanes, (uint32_t)(counter >> 32), rule.stream, rule.seed);
        if ((uint32_t)counter > 0xffffffffu - (LK_WIDTH - 1)) {
            struct random_words next = random_block(lanes, (uint32_t)(counter >> 32) + 1, rule.stream, rule.seed);
            for (int k = 0; k < 4; k++) {
                vi carried = (vi)(lanes < (uint32_t)counter);
                words.word[k] = (vu)select(carried, (vf)next.word[k], (vf)words.word[k]);
            }
        }
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
