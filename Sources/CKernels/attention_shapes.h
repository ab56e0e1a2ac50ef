// Block sizes of attention and the parts that do not depend on the element type. Scores are kept transposed,
// [keys, queries], so that the lanes of a vector are queries: maxima and sums over keys need no horizontal operations.
#pragma once

enum {
    attention_queries = 64, ///< queries in a block
    attention_keys = 128    ///< keys in a block
};

/// A block of queries of one segment, `first` counted from the segment's first query.
struct query_block {
    int32_t segment, first;
};

/// The rows of one segment.
struct segment_rows {
    long query, queries, key, keys;
};

static inline struct segment_rows segment_rows(const lk_attention_plan *plan, long s) {
    long query = plan->query_offsets[s];
    return (struct segment_rows){query, plan->query_offsets[s + 1] - query, plan->key_starts[s], plan->key_counts[s]};
}

/// The greatest number of queries in segments begin ..< end.
static inline long most_queries(const lk_attention_plan *plan, long begin, long end) {
    long most = 0;
    for (long s = begin; s < end; s++) {
        long queries = plan->query_offsets[s + 1] - plan->query_offsets[s];
        most = queries > most ? queries : most;
    }
    return most;
}

/// What a tile of scores needs to know about its place.
struct score_tile {
    long queries, keys;   ///< in the tile
    long first_key;       ///< counted from the segment's first key
    long limit, window;   ///< if masked: query i of the tile sees keys j of it with limit + i - window <= j < limit + i
    uint64_t first_line;  ///< (global row of the first query) · heads + head: the random line of the first query
    long heads;           ///< the distance between the random lines of neighbouring queries
    int masked, dropping; ///< masked: some query does not see some key
    struct dropout rule;
};

/// The tile of some queries, the first of which is query `row` of all and sees keys of the tile below `limit`, if
/// attention is causal.
static inline struct score_tile score_tile(const lk_attention_plan *plan, struct dropout rule, long row, long h,
                                           long queries, long keys, long first_key, long limit) {
    int masked = plan->causal && (limit < keys || limit + queries - 1 - plan->window > 0);
    uint64_t line = (uint64_t)(row * plan->heads + h);
    return (struct score_tile){queries,     keys,   first_key,   limit, plan->window, line,
                               plan->heads, masked, plan->p > 0, rule};
}

/// The lanes (queries at .. at + LK_WIDTH) that see key j of the tile.
LK_INLINE vi visible(const struct score_tile *tile, long at, long j) {
    vi end = (vi)lane_numbers() + (int)(tile->limit + at), key = (vi){} + (int)j;
    return (end > key) & (end - (int)tile->window <= key);
}

/// The dropout factors of queries at .. at + LK_WIDTH for keys j .. j + 4 of the tile, j a multiple of 4.
LK_INLINE void score_factors(vf factors[4], const struct score_tile *tile, long at, long j) {
    // Element (line, key) has the index line · 2³⁴ + key: its counter is (key / 4, line).
    vu lines = lane_numbers() * (uint32_t)tile->heads + (uint32_t)(tile->first_line + (uint64_t)(at * tile->heads));
    vu key = (vu){} + (uint32_t)((tile->first_key + j) / 4);
    struct random_words words = random_block(key, lines, tile->rule.stream, tile->rule.seed);
    for (int k = 0; k < 4; k++) {
        factors[k] = dropout_factor(words.word[k], tile->rule);
    }
}

/// Turns scores into exp(score - maximum), dropped out, and updates each query's maximum and sum of exponentials.
/// `correction` gets what sums and outputs of earlier blocks of keys are to be multiplied by.
static void softmax_tile(float *scores, const struct score_tile *tile, float *greatest, float *sum, float *correction) {
    for (long at = 0; at < tile->queries; at += LK_WIDTH) {
        vf before = load(greatest + at), now = before;
        for (long j = 0; j < tile->keys; j++) {
            vf score = load(scores + j * attention_queries + at);
            if (tile->masked) {
                score = choose(visible(tile, at, j), score, splat(-__builtin_inff()));
                store(scores + j * attention_queries + at, score);
            }
            now = maximum(now, score);
        }
        vf shift = choose(now == splat(-__builtin_inff()), splat(0), now);
        vf scale = exponential_of_negative(before - shift), total = load(sum + at) * scale;
        for (long j = 0; j < tile->keys; j += 4) {
            vf factors[4];
            if (tile->dropping) {
                score_factors(factors, tile, at, j);
            }
            for (int k = 0; k < 4 && j + k < tile->keys; k++) {
                float *place = scores + (j + k) * attention_queries + at;
                vf p = exponential_of_negative(load(place) - shift);
                total += p;
                store(place, tile->dropping ? p * factors[k] : p);
            }
        }
        store(greatest + at, now);
        store(sum + at, total);
        store(correction + at, scale);
    }
}

/// Turns scores into probabilities exp(score - lse), dropped out, and the gradients of dropped probabilities into those
/// of scores; `delta` is Σ (gradient of output · output) of each query.
static void softmax_tile_backward(float *scores, float *gradients, const struct score_tile *tile, const float *lse,
                                  const float *delta) {
    for (long at = 0; at < tile->queries; at += LK_WIDTH) {
        vf shift = load(lse + at), mean = load(delta + at);
        for (long j = 0; j < tile->keys; j += 4) {
            vf factors[4];
            if (tile->dropping) {
                score_factors(factors, tile, at, j);
            }
            for (int k = 0; k < 4 && j + k < tile->keys; k++) {
                long place = (j + k) * attention_queries + at;
                vf p = exponential_of_negative(load(scores + place) - shift), gradient = load(gradients + place);
                if (tile->masked) {
                    p = (vf)((vi)p & visible(tile, at, j + k));
                }
                if (tile->dropping) {
                    gradient = gradient * factors[k];
                }
                store(gradients + place, p * (gradient - mean));
                store(scores + place, tile->dropping ? p * factors[k] : p);
            }
        }
    }
}
