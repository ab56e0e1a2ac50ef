// Ragged multi-head attention, for one element type.
struct LK_TYPED(attention) {
    LK_T *out;
    float *lse; // may be NULL
    const LK_T *q, *k, *v;
    const lk_attention_plan *plan;
    const struct query_block *blocks;
    struct dropout rule;
};

/// Working memory of a block of queries. Keys and values are [keys, padded dim]; queries and scores are transposed.
struct LK_TYPED(attention_tiles) {
    float *q, *k, *v, *scores, *out;
    float *greatest, *sum, *correction;
};

/// Divides the block's sums of values by its sums of exponentials.
static void LK_TYPED(finish_queries)(const struct LK_TYPED(attention) * task, long query, long queries, long h,
                                     const struct LK_TYPED(attention_tiles) * tiles) {
    const lk_attention_plan *plan = task->plan;
    long dim = plan->dim, stride = plan->heads * dim, padded = round_up(dim, LK_WIDTH);
    for (long i = 0; i < queries; i += LK_WIDTH) {
        vf sum = load(tiles->sum + i);
        if (task->lse) {
            float *lse = task->lse + h * plan->query_rows + query;
            store_some(lse + i, load(tiles->greatest + i) + logarithm(sum), queries - i);
        }
        store(tiles->sum + i, choose(sum == splat(0), splat(0), 1.0f / sum));
    }
    for (long i = 0; i < queries; i++) {
        store_tile(task->out + (query + i) * stride + h * dim, stride, tiles->out + i * padded, padded, 1, dim,
                   tiles->sum[i]);
    }
}

static void LK_TYPED(attend)(const struct LK_TYPED(attention) * task, struct query_block block, long h,
                             const struct LK_TYPED(attention_tiles) * tiles) {
    const lk_attention_plan *plan = task->plan;
    struct segment_rows rows = segment_rows(plan, block.segment);
    long dim = plan->dim, stride = plan->heads * dim, key_stride = plan->key_heads * dim;
    long padded = round_up(dim, LK_WIDTH), column = h / (plan->heads / plan->key_heads) * dim;
    long query = rows.query + block.first, queries = rows.queries - block.first;
    long limit = rows.keys - queries + 1; // with causal attention, the first query of the block sees keys below this
    queries = queries < attention_queries ? queries : attention_queries;
    long last = plan->causal && limit + queries - 1 < rows.keys ? limit + queries - 1 : rows.keys;
    // Whole groups of four keys, which share random words.
    long begin = plan->causal && limit > plan->window ? (limit - plan->window) / 4 * 4 : 0;
    long wide = round_up(queries, LK_WIDTH), tall = round_up(queries, tile_rows);
    load_transposed_tile(tiles->q, attention_queries, task->q + query * stride + h * dim, stride, queries, dim,
                         plan->scale);
    for (long i = 0; i < wide; i += LK_WIDTH) {
        store(tiles->greatest + i, splat(-__builtin_inff()));
        store(tiles->sum + i, splat(0));
    }
    if (last <= begin) {
        memset(tiles->out, 0, (size_t)(tall * padded) * sizeof(float));
    }
    for (long first = begin; first < last; first += attention_keys) {
        long count = last - first < attention_keys ? last - first : attention_keys;
        long offset = (rows.key + first) * key_stride + column, high = round_up(count, tile_rows);
        load_tile(tiles->k, padded, task->k + offset, key_stride, count, high, dim, 1);
        load_tile(tiles->v, padded, task->v + offset, key_stride, count, count, dim, 1);
        product(tiles->scores, attention_queries, tiles->k, padded, 1, tiles->q, attention_queries, high, wide, dim, 0);
        struct score_tile tile = score_tile(plan, task->rule, query, h, queries, count, first, limit - first);
        softmax_tile(tiles->scores, &tile, tiles->greatest, tiles->sum, tiles->correction);
        for (long i = 0; first > begin && i < queries; i++) {
            scale_line(tiles->out + i * padded, padded, tiles->correction[i]);
        }
        product(tiles->out, padded, tiles->scores, 1, attention_queries, tiles->v, padded, tall, padded, count,
                first > begin);
    }
    LK_TYPED(finish_queries)(task, query, queries, h, tiles);
}

/// Items are the heads of the blocks of queries.
static void LK_TYPED(attention_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention) *task = context;
    long heads = task->plan->heads, padded = round_up(task->plan->dim, LK_WIDTH);
    long query_block = attention_queries * padded, key_block = attention_keys * padded;
    long square = attention_keys * attention_queries;
    long floats = 2 * query_block + 2 * key_block + square + 3 * attention_queries;
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(floats + 8 * 16) * sizeof(float))};
    struct LK_TYPED(attention_tiles) tiles;
    tiles.q = take(&arena, query_block);
    tiles.k = take(&arena, key_block);
    tiles.v = take(&arena, key_block);
    tiles.scores = take(&arena, square);
    tiles.out = take(&arena, query_block);
    tiles.greatest = take(&arena, attention_queries);
    tiles.sum = take(&arena, attention_queries);
    tiles.correction = take(&arena, attention_queries);
    for (long item = begin; item < end; item++) {
        LK_TYPED(attend)(task, task->blocks[item / heads], item % heads, &tiles);
    }
}

/// Zeroes what belongs to no segment.
static void LK_TYPED(clear_outside)(LK_T *out, float *lse, const lk_attention_plan *plan) {
    long first = plan->segments > 0 ? plan->query_offsets[0] : 0;
    long last = plan->segments > 0 ? plan->query_offsets[plan->segments] : 0;
    long stride = plan->heads * plan->dim, after = plan->query_rows - last;
    memset(out, 0, (size_t)(first * stride) * sizeof(LK_T));
    memset(out + last * stride, 0, (size_t)(after * stride) * sizeof(LK_T));
    for (long h = 0; lse && h < plan->heads; h++) {
        memset(lse + h * plan->query_rows, 0, (size_t)first * sizeof(float));
        memset(lse + h * plan->query_rows + last, 0, (size_t)after * sizeof(float));
    }
}

void LK_VARIANT(lk_attention)(LK_T *out, float *lse, const LK_T *q, const LK_T *k, const LK_T *v,
                              const lk_attention_plan *plan) {
    LK_TYPED(clear_outside)(out, lse, plan);
    if (!lse && !(plan->p > 0) && most_queries(plan, 0, plan->segments) <= decoding_queries) {
        LK_TYPED(decode)(out, q, k, v, plan);
        return;
    }
    long count = 0;
    for (long s = 0; s < plan->segments; s++) {
        count += (segment_rows(plan, s).queries + attention_queries - 1) / attention_queries;
    }
    struct query_block *blocks = lk_scratch(LK_SCRATCH_SHARED, (size_t)count * sizeof *blocks);
    count = 0;
    for (long s = 0; s < plan->segments; s++) {
        for (long query = 0; query < segment_rows(plan, s).queries; query += attention_queries) {
            blocks[count++] = (struct query_block){(int32_t)s, (int32_t)query};
        }
    }
    struct LK_TYPED(attention)
        task = {out, lse, q, k, v, plan, blocks, dropout_rule(plan->p, plan->seed, plan->stream)};
    lk_parallel_for(count * plan->heads, 2, LK_TYPED(attention_range), &task);
}
