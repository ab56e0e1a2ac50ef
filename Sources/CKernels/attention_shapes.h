// Block sizes of attention, and the dropout of a tile of probabilities.
#pragma once

enum {
    attention_queries = 64, ///< queries in a block
    attention_keys = 128    ///< keys in a block
};

/// A block of queries of one segment, `first` counted from the segment's first query.
struct query_block {
    int32_t segment, first;
};

/// Multiplies a tile of probabilities by its dropout factors: `rows` queries from global row `query` on (a multiple of
/// 4 counted from the segment's first), and `count` keys from `first` on, counted from the segment's first.
static inline void drop_scores(float *scores, long rows, long first, long count, long query, long heads, long h,
                               struct dropout rule) {
    for (long i = 0; i < rows; i += 4) {
        uint32_t line = (uint32_t)((query + i) * heads + h);
        for (long j = 0; j < count; j += LK_WIDTH) {
            struct random_words words =
                random_block(lane_numbers() + (uint32_t)(first + j), line, rule.stream, rule.seed);
            for (long k = 0; k < 4 && i + k < rows; k++) {
                float *at = scores + (i + k) * attention_keys + j;
                store(at, load(at) * dropout_factor(words.word[k], rule));
            }
        }
    }
}
