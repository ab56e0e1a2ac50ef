// The backward of attention, for one element type: probabilities are computed again from lse.
struct LK_TYPED(attention_backward) {
    LK_T *dq, *dk, *dv;
    const LK_T *dout, *out, *q, *k, *v;
    const float *lse;
    const int32_t *qOff, *kvOff;
    long qRows, heads, dim;
    float scale;
    int causal, dropping;
    struct dropout rule;
};

/// Working memory of one segment and head. Tiles are [rows, padded dim]; transposed queries and output gradients,
/// scores and their gradients have attention_queries columns.
struct LK_TYPED(backward_tiles) {
    float *q, *dout, *q_transposed, *dout_transposed; // of a block of queries
    float *k, *v, *dk, *dv;                           // of a block of keys
    float *scores, *gradients;                        // of both
    float *lse, *delta, *dq;                          // of the whole segment
};

/// Copies lse and sums delta, with zeros up to a whole vector.
static void LK_TYPED(prepare_queries)(const struct LK_TYPED(attention_backward) * task, long query, long queries,
                                      long h, const struct LK_TYPED(backward_tiles) * tiles) {
    long dim = task->dim, stride = task->heads * dim, wide = round_up(queries, LK_WIDTH);
    for (long i = 0; i < wide; i++) {
        vf sum = {};
        long offset = (query + i) * stride + h * dim;
        for (long c = 0; c < dim && i < queries; c += LK_WIDTH) {
            sum += load_some(task->dout + offset + c, dim - c) * load_some(task->out + offset + c, dim - c);
        }
        tiles->delta[i] = sum_lanes(sum);
        tiles->lse[i] = i < queries ? task->lse[h * task->qRows + query + i] : 0;
    }
    memset(tiles->dq, 0, (size_t)(round_up(queries, tile_rows) * round_up(dim, LK_WIDTH)) * sizeof(float));
}

static void LK_TYPED(attend_backward)(const struct LK_TYPED(attention_backward) * task, long s, long h,
                                      const struct LK_TYPED(backward_tiles) * tiles) {
    long heads = task->heads, dim = task->dim, stride = heads * dim, padded = round_up(dim, LK_WIDTH);
    long query = task->qOff[s], queries = task->qOff[s + 1] - query, key = task->kvOff[s];
    long keys = task->kvOff[s + 1] - key;
    const long line = attention_queries;
    LK_TYPED(prepare_queries)(task, query, queries, h, tiles);
    for (long first = 0; first < keys; first += attention_keys) {
        long count = keys - first < attention_keys ? keys - first : attention_keys;
        long offset = (key + first) * stride + h * dim, tall = round_up(count, tile_rows);
        load_tile(tiles->k, padded, task->k + offset, stride, count, tall, dim, 1);
        load_tile(tiles->v, padded, task->v + offset, stride, count, tall, dim, 1);
        int begun = 0; // dk and dv hold sums already
        for (long start = 0; start < queries; start += attention_queries) {
            long rows = queries - start < attention_queries ? queries - start : attention_queries;
            long wide = round_up(rows, LK_WIDTH), high = round_up(rows, tile_rows);
            long limit = start + 1 + keys - queries - first, place = (query + start) * stride + h * dim;
            if (task->causal && limit + rows - 1 <= 0) {
                continue;
            }
            if (first == 0 || queries > attention_queries) {
                load_tile(tiles->q, padded, task->q + place, stride, rows, rows, dim, task->scale);
                load_tile(tiles->dout, padded, task->dout + place, stride, rows, rows, dim, 1);
                load_transposed_tile(tiles->q_transposed, line, task->q + place, stride, rows, dim, task->scale);
                load_transposed_tile(tiles->dout_transposed, line, task->dout + place, stride, rows, dim, 1);
            }
            product(tiles->scores, line, tiles->k, padded, 1, tiles->q_transposed, line, tall, wide, dim, 0);
            product(tiles->gradients, line, tiles->v, padded, 1, tiles->dout_transposed, line, tall, wide, dim, 0);
            struct score_tile tile = {
                rows,  count,        first,          limit,     (uint64_t)((query + start) * heads + h),
                heads, task->causal, task->dropping, task->rule};
            softmax_tile_backward(tiles->scores, tiles->gradients, &tile, tiles->lse + start, tiles->delta + start);
            product(tiles->dv, padded, tiles->scores, line, 1, tiles->dout, padded, tall, padded, rows, begun);
            product(tiles->dk, padded, tiles->gradients, line, 1, tiles->q, padded, tall, padded, rows, begun);
            product(tiles->dq + start * padded, padded, tiles->gradients, 1, line, tiles->k, padded, high, padded,
                    count, 1);
            begun = 1;
        }
        if (!begun) {
            memset(tiles->dk, 0, (size_t)(tall * padded) * sizeof(float));
            memset(tiles->dv, 0, (size_t)(tall * padded) * sizeof(float));
        }
        store_tile(task->dk + offset, stride, tiles->dk, padded, count, dim, 1);
        store_tile(task->dv + offset, stride, tiles->dv, padded, count, dim, 1);
    }
    store_tile(task->dq + query * stride + h * dim, stride, tiles->dq, padded, queries, dim, task->scale);
}

/// Items are the heads of the segments.
static void LK_TYPED(attention_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention_backward) *task = context;
    long heads = task->heads, padded = round_up(task->dim, LK_WIDTH), longest = 0;
    for (long s = begin / heads; s <= (end - 1) / heads; s++) {
        long queries = task->qOff[s + 1] - task->qOff[s];
        longest = queries > longest ? queries : longest;
    }
    longest = round_up(longest, LK_WIDTH > tile_rows ? LK_WIDTH : tile_rows);
    long query_block = attention_queries * padded, key_block = attention_keys * padded;
    long square = attention_keys * attention_queries;
    long floats = 4 * query_block + 4 * key_block + 2 * square + longest * (padded + 2);
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(floats + 13 * 16) * sizeof(float))};
    struct LK_TYPED(backward_tiles) tiles;
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
    tiles.lse = take(&arena, longest);
    tiles.delta = take(&arena, longest);
    tiles.dq = take(&arena, longest * padded);
    for (long item = begin; item < end; item++) {
        LK_TYPED(attend_backward)(task, item / heads, item % heads, &tiles);
    }
}

void LK_VARIANT(lk_attention_backward)(LK_T *dq, LK_T *dk, LK_T *dv, const LK_T *dout, const LK_T *out,
                                       const float *lse, const LK_T *q, const LK_T *k, const LK_T *v,
                                       const int32_t *qOff, const int32_t *kvOff, long segments, long qRows,
                                       long kvRows, long heads, long dim, float scale, int causal, float p,
                                       uint64_t seed, uint64_t stream) {
    size_t line = (size_t)(heads * dim) * sizeof(LK_T);
    long stride = heads * dim, first = segments > 0 ? qOff[0] : 0, last = segments > 0 ? qOff[segments] : 0;
    memset(dq, 0, (size_t)first * line);
    memset(dq + last * stride, 0, (size_t)(qRows - last) * line);
    first = segments > 0 ? kvOff[0] : 0;
    last = segments > 0 ? kvOff[segments] : 0;
    memset(dk, 0, (size_t)first * line);
    memset(dk + last * stride, 0, (size_t)(kvRows - last) * line);
    memset(dv, 0, (size_t)first * line);
    memset(dv + last * stride, 0, (size_t)(kvRows - last) * line);
    struct LK_TYPED(attention_backward)
        task = {dq,    dk,  dv,    dout,           out,   q,
                k,     v,   lse,   qOff,           kvOff, qRows,
                heads, dim, scale, causal ? 1 : 0, p > 0, dropout_rule(p, seed, stream)};
    lk_parallel_for(segments * heads, 1, LK_TYPED(attention_backward_range), &task);
}
