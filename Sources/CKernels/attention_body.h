// Ragged multi-head attention, for one element type.
struct LK_TYPED(attention) {
    LK_T *out;
    float *lse;
    const LK_T *q, *k, *v;
    const int32_t *qOff, *kvOff;
    const struct query_block *blocks;
    long qRows, heads, dim;
    float scale;
    int causal, dropping;
    struct dropout rule;
};

/// Working memory of a block of queries. Keys and values are [keys, padded dim]; queries and scores are transposed.
struct LK_TYPED(attention_tiles) {
    float *q, *k, *v, *scores, *out;
    float *greatest, *sum, *correction;
};

static void LK_TYPED(attend)(const struct LK_TYPED(attention) * task, struct query_block block, long h,
                             const struct LK_TYPED(attention_tiles) * tiles) {
    long heads = task->heads, dim = task->dim, stride = heads * dim, padded = round_up(dim, LK_WIDTH);
    long query = task->qOff[block.segment] + block.first, queries = task->qOff[block.segment + 1] - query;
    long key = task->kvOff[block.segment], keys = task->kvOff[block.segment + 1] - key;
    long limit = keys - queries + 1; // with causal attention, the first query of the block sees keys below this
    queries = queries < attention_queries ? queries : attention_queries;
    long last = task->causal && limit + queries - 1 < keys ? limit + queries - 1 : keys;
    long wide = round_up(queries, LK_WIDTH), tall = round_up(queries, tile_rows);
    load_transposed_tile(tiles->q, attention_queries, task->q + query * stride + h * dim, stride, queries, dim,
                         task->scale);
    for (long i = 0; i < wide; i += LK_WIDTH) {
        store(tiles->greatest + i, splat(-__builtin_inff()));
        store(tiles->sum + i, splat(0));
    }
    if (last <= 0) {
        memset(tiles->out, 0, (size_t)(tall * padded) * sizeof(float));
    }
    for (long first = 0; first < last; first += attention_keys) {
        long count = last - first < attention_keys ? last - first : attention_keys;
        long offset = (key + first) * stride + h * dim, high = round_up(count, tile_rows);
        load_tile(tiles->k, padded, task->k + offset, stride, count, high, dim, 1);
        load_tile(tiles->v, padded, task->v + offset, stride, count, count, dim, 1);
        product(tiles->scores, attention_queries, tiles->k, padded, 1, tiles->q, attention_queries, high, wide, dim, 0);
        struct score_tile tile = {queries, count,        first,          limit - first, (uint64_t)(query * heads + h),
                                  heads,   task->causal, task->dropping, task->rule};
        softmax_tile(tiles->scores, &tile, tiles->greatest, tiles->sum, tiles->correction);
        for (long i = 0; first > 0 && i < queries; i++) {
            scale_line(tiles->out + i * padded, padded, tiles->correction[i]);
        }
        product(tiles->out, padded, tiles->scores, 1, attention_queries, tiles->v, padded, tall, padded, count,
                first > 0);
    }
    float *lse = task->lse + h * task->qRows + query;
    for (long i = 0; i < queries; i += LK_WIDTH) {
        vf sum = load(tiles->sum + i);
        store_some(lse + i, load(tiles->greatest + i) + logarithm(sum), queries - i);
        store(tiles->sum + i, choose(sum == splat(0), splat(0), 1.0f / sum));
    }
    for (long i = 0; i < queries; i++) {
        store_tile(task->out + (query + i) * stride + h * dim, stride, tiles->out + i * padded, padded, 1, dim,
                   tiles->sum[i]);
    }
}

/// Items are the heads of the blocks of queries.
static void LK_TYPED(attention_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention) *task = context;
    long padded = round_up(task->dim, LK_WIDTH), query_block = attention_queries * padded;
    long key_block = attention_keys * padded, square = attention_keys * attention_queries;
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
        LK_TYPED(attend)(task, task->blocks[item / task->heads], item % task->heads, &tiles);
    }
}

void LK_VARIANT(lk_attention)(LK_T *out, float *lse, const LK_T *q, const LK_T *k, const LK_T *v, const int32_t *qOff,
                              const int32_t *kvOff, long segments, long qRows, long kvRows, long heads, long dim,
                              float scale, int causal, float p, uint64_t seed, uint64_t stream) {
    (void)kvRows;
    long stride = heads * dim, first = segments > 0 ? qOff[0] : 0, last = segments > 0 ? qOff[segments] : 0;
    memset(out, 0, (size_t)(first * stride) * sizeof(LK_T));
    memset(out + last * stride, 0, (size_t)((qRows - last) * stride) * sizeof(LK_T));
    for (long h = 0; h < heads; h++) {
        memset(lse + h * qRows, 0, (size_t)first * sizeof(float));
        memset(lse + h * qRows + last, 0, (size_t)(qRows - last) * sizeof(float));
    }
    long count = 0;
    for (long s = 0; s < segments; s++) {
        count += (qOff[s + 1] - qOff[s] + attention_queries - 1) / attention_queries;
    }
    struct query_block *blocks = lk_scratch(LK_SCRATCH_SHARED, (size_t)count * sizeof *blocks);
    count = 0;
    for (long s = 0; s < segments; s++) {
        for (int32_t query = 0; query < qOff[s + 1] - qOff[s]; query += attention_queries) {
            blocks[count++] = (struct query_block){(int32_t)s, query};
        }
    }
    struct LK_TYPED(attention) task = {out,
                                       lse,
                                       q,
                                       k,
                                       v,
                                       qOff,
                                       kvOff,
                                       blocks,
                                       qRows,
                                       heads,
                                       dim,
                                       scale,
                                       causal ? 1 : 0,
                                       p > 0,
                                       dropout_rule(p, seed, stream)};
    lk_parallel_for(count * heads, 2, LK_TYPED(attention_range), &task);
}
