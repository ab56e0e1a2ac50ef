// The backward of attention, for one element type: probabilities are computed again from lse.
struct LK_TYPED(attention_backward) {
    LK_T *dq, *dk, *dv;
    const LK_T *dout, *out, *q, *k, *v;
    const float *lse;
    const lk_attention_plan *plan;
    struct dropout rule;
};

/// Working memory of one segment and head of keys. Tiles are [rows, padded dim]; transposed queries and output
/// gradients, scores and their gradients have attention_queries columns.
struct LK_TYPED(backward_tiles) {
    float *q, *dout, *q_transposed, *dout_transposed; // of a block of queries
    float *k, *v, *dk, *dv;                           // of a block of keys
    float *scores, *gradients;                        // of both
    float *lse, *delta, *dq; // of the whole segment, `longest` rows for each head of queries of the group
    long longest;
};

/// A block of keys of one segment, and whether its dk and dv hold sums already.
struct LK_TYPED(key_tile) {
    long first, count;
    int begun;
};

/// Copies lse and sums delta, with zeros up to a whole vector; clears dq.
static void LK_TYPED(prepare_queries)(const struct LK_TYPED(attention_backward) * task, struct segment_rows rows,
                                      long h, long member, const struct LK_TYPED(backward_tiles) * tiles) {
    long dim = task->plan->dim, stride = task->plan->heads * dim, queries = rows.queries;
    float *lse = tiles->lse + member * tiles->longest, *delta = tiles->delta + member * tiles->longest;
    for (long i = 0; i < round_up(queries, LK_WIDTH); i++) {
        vf sum = {};
        long offset = (rows.query + i) * stride + h * dim;
        for (long c = 0; c < dim && i < queries; c += LK_WIDTH) {
            sum += load_some(task->dout + offset + c, dim - c) * load_some(task->out + offset + c, dim - c);
        }
        delta[i] = sum_lanes(sum);
        lse[i] = i < queries ? task->lse[h * task->plan->query_rows + rows.query + i] : 0;
    }
    long padded = round_up(dim, LK_WIDTH);
    memset(tiles->dq + member * tiles->longest * padded, 0,
           (size_t)(round_up(queries, tile_rows) * padded) * sizeof(float));
}

/// What one head of queries adds to dk and dv of a block of keys, and the keys to its dq.
static void LK_TYPED(attend_backward)(const struct LK_TYPED(attention_backward) * task, struct segment_rows rows,
                                      long h, long member, struct LK_TYPED(key_tile) * keys,
                                      const struct LK_TYPED(backward_tiles) * tiles) {
    const lk_attention_plan *plan = task->plan;
    long dim = plan->dim, stride = plan->heads * dim, padded = round_up(dim, LK_WIDTH);
    long count = keys->count, tall = round_up(count, tile_rows);
    // One tile of queries that sees keys of the first block serves all blocks.
    int resident = rows.queries <= attention_queries && plan->heads == plan->key_heads &&
                   (!plan->causal || rows.keys - rows.queries < plan->window);
    const long line = attention_queries;
    for (long start = 0; start < rows.queries; start += attention_queries) {
        long queries = rows.queries - start < attention_queries ? rows.queries - start : attention_queries;
        long wide = round_up(queries, LK_WIDTH), high = round_up(queries, tile_rows);
        long limit = start + 1 + rows.keys - rows.queries - keys->first, query = rows.query + start;
        if (plan->causal && (limit + queries - 1 <= 0 || limit - plan->window >= count)) {
            continue;
        }
        if (keys->first == 0 || !resident) {
            const LK_T *q = task->q + query * stride + h * dim, *dout = task->dout + query * stride + h * dim;
            load_tile(tiles->q, padded, q, stride, queries, queries, dim, plan->scale);
            load_tile(tiles->dout, padded, dout, stride, queries, queries, dim, 1);
            load_transposed_tile(tiles->q_transposed, line, q, stride, queries, dim, plan->scale);
            load_transposed_tile(tiles->dout_transposed, line, dout, stride, queries, dim, 1);
        }
        product(tiles->scores, line, tiles->k, padded, 1, tiles->q_transposed, line, tall, wide, dim, 0);
        product(tiles->gradients, line, tiles->v, padded, 1, tiles->dout_transposed, line, tall, wide, dim, 0);
        struct score_tile tile = score_tile(plan, task->rule, query, h, queries, count, keys->first, limit);
        long place = member * tiles->longest + start;
        softmax_tile_backward(tiles->scores, tiles->gradients, &tile, tiles->lse + place, tiles->delta + place);
        product(tiles->dv, padded, tiles->scores, line, 1, tiles->dout, padded, tall, padded, queries, keys->begun);
        product(tiles->dk, padded, tiles->gradients, line, 1, tiles->q, padded, tall, padded, queries, keys->begun);
        product(tiles->dq + place * padded, padded, tiles->gradients, 1, line, tiles->k, padded, high, padded, count,
                1);
        keys->begun = 1;
    }
}

/// All of one head of keys of one segment: its keys in blocks, the heads of queries of its group one after another.
static void LK_TYPED(attend_group_backward)(const struct LK_TYPED(attention_backward) * task, long s, long key_head,
                                            const struct LK_TYPED(backward_tiles) * tiles) {
    const lk_attention_plan *plan = task->plan;
    struct segment_rows rows = segment_rows(plan, s);
    long dim = plan->dim, stride = plan->key_heads * dim, padded = round_up(dim, LK_WIDTH);
    long group = plan->heads / plan->key_heads, head = key_head * group;
    for (long member = 0; member < group; member++) {
        LK_TYPED(prepare_queries)(task, rows, head + member, member, tiles);
    }
    for (long first = 0; first < rows.keys; first += attention_keys) {
        long count = rows.keys - first < attention_keys ? rows.keys - first : attention_keys;
        long offset = (rows.key + first) * stride + key_head * dim, tall = round_up(count, tile_rows);
        load_tile(tiles->k, padded, task->k + offset, stride, count, tall, dim, 1);
        load_tile(tiles->v, padded, task->v + offset, stride, count, tall, dim, 1);
        struct LK_TYPED(key_tile) keys = {first, count, 0};
        for (long member = 0; member < group; member++) {
            LK_TYPED(attend_backward)(task, rows, head + member, member, &keys, tiles);
        }
        if (!keys.begun) {
            memset(tiles->dk, 0, (size_t)(tall * padded) * sizeof(float));
            memset(tiles->dv, 0, (size_t)(tall * padded) * sizeof(float));
        }
        store_tile(task->dk + offset, stride, tiles->dk, padded, count, dim, 1);
        store_tile(task->dv + offset, stride, tiles->dv, padded, count, dim, 1);
    }
    for (long member = 0; member < group; member++) {
        store_tile(task->dq + rows.query * plan->heads * dim + (head + member) * dim, plan->heads * dim,
                   tiles->dq + member * tiles->longest * padded, padded, rows.queries, dim, plan->scale);
    }
}

/// Items are the heads of keys of the segments.
static void LK_TYPED(attention_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention_backward) *task = context;
    long heads = task->plan->key_heads, group = task->plan->heads / heads;
    long padded = round_up(task->plan->dim, LK_WIDTH);
    struct LK_TYPED(backward_tiles) tiles;
    tiles.longest = round_up(most_queries(task->plan, begin / heads, (end - 1) / heads + 1),
                             LK_WIDTH > tile_rows ? LK_WIDTH : tile_rows);
    long query_block = attention_queries * padded, key_block = attention_keys * padded;
    long square = attention_keys * attention_queries;
    long floats = 4 * query_block + 4 * key_block + 2 * square + group * tiles.longest * (padded + 2);
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(floats + 13 * 16) * sizeof(float))};
    tiles.q = take(&arena, query_block);
    tiles.dout = take(&arena, query_block);
    tiles.q_transposed = take(&arena, query_block);
    tiles.dout_transposed = take(&arena, query_block);
    tiles.k = take(&arena, key_block);
    tiles.v = take(&arena, key_block);
    tiles.dk = take(&arena, key_block);
    tiles.dv = take(&arena, key_block);
    tiles.scores = take(&arena, square);
    tiles.gradients = take(&arena, square);
    tiles.lse = take(&arena, group * tiles.longest);
    tiles.delta = take(&arena, group * tiles.longest);
    tiles.dq = take(&arena, group * tiles.longest * padded);
    for (long item = begin; item < end; item++) {
        LK_TYPED(attend_group_backward)(task, item / heads, item % heads, &tiles);
    }
}

/// Zeroes the gradients of keys that no segment holds.
static void LK_TYPED(clear_keys)(LK_T *gradient, const lk_attention_plan *plan) {
    long stride = plan->key_heads * plan->dim, at = 0;
    for (long s = 0; s <= plan->segments; s++) {
        long next = s < plan->segments ? plan->key_starts[s] : plan->key_rows;
        memset(gradient + at * stride, 0, (size_t)((next - at) * stride) * sizeof(LK_T));
        at = s < plan->segments ? next + plan->key_counts[s] : next;
    }
}

void LK_VARIANT(lk_attention_backward)(LK_T *dq, LK_T *dk, LK_T *dv, const LK_T *dout, const LK_T *out,
                                       const float *lse, const LK_T *q, const LK_T *k, const LK_T *v,
                                       const lk_attention_plan *plan) {
    LK_TYPED(clear_outside)(dq, NULL, plan);
    LK_TYPED(clear_keys)(dk, plan);
    LK_TYPED(clear_keys)(dv, plan);
    struct LK_TYPED(attention_backward)
        task = {dq, dk, dv, dout, out, q, k, v, lse, plan, dropout_rule(plan->p, plan->seed, plan->stream)};
    lk_parallel_for(plan->segments * plan->key_heads, 1, LK_TYPED(attention_backward_range), &task);
}
