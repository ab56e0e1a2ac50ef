// Block sizes of decoding and the parts that do not depend on the element type.
#pragma once

enum {
    decoding_queries = 8, ///< queries in a segment, at most
    decoding_keys = 128,  ///< keys in a block
    decoding_lines = 4,   ///< pairs of a query and a head that are computed at once
    decoding_vectors = LK_WIDTH == 16 ? 4 : 2,
    decoding_state = 16 ///< floats after the sums of a line: its greatest score, its sum of exponentials
};

/// A block of keys of one segment, `first` counted from the segment's first key.
struct key_block {
    int32_t segment;
    long first, count;
    long line; ///< where its partial results begin, in lines
};

/// Keys begin ..< end of a block.
struct key_range {
    long begin, end;
};

/// The keys of a segment that some of its queries see.
static inline struct key_range segment_keys(const lk_attention_plan *plan, struct segment_rows rows) {
    long before = rows.keys - rows.queries + 1 - plan->window;
    return (struct key_range){plan->causal && before > 0 ? before : 0, rows.keys};
}

/// The keys of a block that query i of the segment sees.
static inline struct key_range seen_keys(const lk_attention_plan *plan, struct segment_rows rows, long i,
                                         struct key_block block) {
    if (!plan->causal) {
        return (struct key_range){0, block.count};
    }
    long end = rows.keys - rows.queries + 1 + i - block.first, begin = end - plan->window;
    return (struct key_range){begin, end < block.count ? end : block.count};
}

/// Turns scores into exp(score - greatest), 0 for keys that are not seen, and saves the greatest score and the sum.
static void softmax_line(float *scores, long count, struct key_range seen, float *state) {
    const vf nothing = splat(-__builtin_inff());
    vf greatest = nothing, sum = {};
    for (long j = 0; j < count; j += LK_WIDTH) {
        vi key = (vi)lane_numbers() + (int)j;
        vi sees = (key >= (vi){} + (int)seen.begin) & (key < (vi){} + (int)seen.end);
        vf score = choose(sees, load(scores + j), nothing);
        greatest = maximum(greatest, score);
        store(scores + j, score);
    }
    float most = maximum_lane(greatest), shift = most == -__builtin_inff() ? 0 : most;
    for (long j = 0; j < count; j += LK_WIDTH) {
        vf p = exponential_of_negative(load(scores + j) - shift);
        sum += p;
        store(scores + j, p);
    }
    state[0] = most;
    state[1] = sum_lanes(sum);
}
