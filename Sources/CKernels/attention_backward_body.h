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

/// Working memory of one segment and head.
struct LK_TYPED(backward_tiles) {
    float *q, *dout, *kt, *vt, *k, *dk, *dv; // blocks of queries or keys, [rows, padded]; kt and vt transposed
    float *p, *ds;                           // [attention_queries, attention_keys]
    float *dq, *delta;                       // of the whole segment
};

/// Scores to probabilities and the gradients of probabilities to the gradients of scores, row by row.
static inline void LK_TYPED(score_gradients)(const struct LK_TYPED(backward_tiles) * tiles, long rows, long padded_rows,
                                             long keys, long limit, long step, const float *lse, const float *delta) {
    for (long i = 0; i < padded_rows; i++, limit += step) {
        float *p = tiles->p + i * attention_keys, *ds = tiles->ds + i * attention_keys;
        long seen = i >= rows || limit < 0 ? 0 : limit < keys ? limit : keys;
        for (long j = 0; j < keys; j += LK_WIDTH) {
            vf probability = splat(0), gradient = splat(0);
            if (j < seen) {
                probability = keep_part(exponential_of_negative(load(p + j) - lse[i]), seen - j, 0);
                gradient = probability * (load(ds + j) - delta[i]);
            }
            store(p + j, probability);
            store(ds + j, gradient);
        }
    }
}

static void LK_TYPED(attention_backward_item)(const struct LK_TYPED(attention_backward) * task, long s, long h,
                                              const struct LK_TYPED(backward_tiles) * tiles) {
    long heads = task->heads, dim = task->dim, stride = heads * dim, padded = round_up(dim, LK_WIDTH);
    long query = task->qOff[s], queries = task->qOff[s + 1] - query, key = task->kvOff[s];
    long keys = task->kvOff[s + 1] - key;
    const float *lse = task->lse + h * task->qRows + query;
    const LK_T *q = task->q + query * stride + h * dim, *dout = task->dout + query * stride + h * dim;
    memset(tiles->dq, 0, (size_t)(round_up(queries, tile_rows) * padded) * sizeof(float));
    for (long i = 0; i < queries; i++) {
        vf sum = {};
        for (long c = 0; c < dim; c += LK_WIDTH) {
            const LK_T *out = task->out + (query + i) * stride + h * dim + c;
            sum += load_some(dout + i * stride + c, dim - c) * load_some(out, dim - c);
        }
        tiles->delta[i] = sum_lanes(sum);
    }
    for (long first = 0; first < keys; first += attention_keys) {
        long count = keys - first < attention_keys ? keys - first : attention_keys;
        long offset = (key + first) * stride + h * dim, wide = round_up(count, LK_WIDTH);
        load_tile(tiles->k, padded, task->k + offset, stride, count, count, dim, 1);
        load_transposed_tile(tiles->kt, attention_keys, task->k + offset, stride, count, dim);
        load_transposed_tile(tiles->vt, attention_keys, task->v + offset, stride, count, dim);
        long tall = round_up(count, tile_rows);
        memset(tiles->dk, 0, (size_t)(tall * padded) * sizeof(float));
        memset(tiles->dv, 0, (size_t)(tall * padded) * sizeof(float));
        for (long start = 0; start < queries; start += attention_queries) {
            long rows = queries - start < attention_queries ? queries - start : attention_queries;
            long high = round_up(rows, tile_rows), limit = task->causal ? start + 1 + keys - queries - first : count;
            if (task->causal && limit + rows - 1 <= 0) {
                continue;
            }
            if (first == 0 || queries > attention_queries) {
                load_tile(tiles->q, padded, q + start * stride, stride, rows, high, dim, task->scale);
                load_tile(tiles->dout, padded, dout + start * stride, stride, rows, high, dim, 1);
            }
            product(tiles->p, attention_keys, tiles->q, padded, 1, tiles->kt, attention_keys, high, wide, dim, 0);
            product(tiles->ds, attention_keys, tiles->dout, padded, 1, tiles->vt, attention_keys, high, wide, dim, 0);
            if (task->dropping) {
                drop_scores(tiles->ds, rows, first, count, query + start, heads, h, task->rule);
            }
            LK_TYPED(score_gradients)(tiles, rows, high, count, limit, task->causal, lse + start, tiles->delta + start);
            if (task->dropping) {
                drop_scores(tiles->p, rows, first, count, query + start, heads, h, task->rule);
            }
            product(tiles->dv, padded, tiles->p, 1, attention_keys, tiles->dout, padded, tall, padded, rows, 1);
            product(tiles->dk, padded, tiles->ds, 1, attention_keys, tiles->q, padded, tall, padded, rows, 1);
            product(tiles->dq + start * padded, padded, tiles->ds, attention_keys, 1, tiles->k, padded, high, padded,
                    count, 1);
        }
        store_tile(task->dk + offset, stride, tiles->dk, padded, count, dim, 1);
        store_tile(task->dv + offset, stride, tiles->dv, padded, count, dim, 1);
    }
    store_tile(task->dq + query * stride + h * dim, stride, tiles->dq, padded, queries, dim, task->scale);
}

static void LK_TYPED(attention_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention_backward) *task = context;
    long heads = task->heads, padded = round_up(task->dim, LK_WIDTH), longest = 0;
    for (long s = begin / heads; s <= (end - 1) / heads; s++) {
        long queries = task->qOff[s + 1] - task->qOff[s];
        longest = queries > longest ? queries : longest;
    }
    longest = round_up(longest, tile_rows);
    long query_block = attention_queries * padded, key_block = attention_keys * padded;
    long square = attention_queries * attention_keys;
    long floats = 2 * query_block + 5 * key_block + 2 * square + longest * (padded + 1) + 11 * 16;
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)floats * sizeof(float))};
    struct LK_TYPED(backward_tiles) tiles;
    tiles.q = take(&arena, query_block);
    tiles.dout = take(&arena, query_block);
    tiles.kt = take(&arena, key_block);
    tiles.vt = take(&arena, key_block);
    tiles.k = take(&arena, key_block);
    tiles.dk = take(&arena, key_block);
    tiles.dv = take(&arena, key_block);
    tiles.p = take(&arena, square);
    tiles.ds = take(&arena, square);
    tiles.dq = take(&arena, longest * padded);
    tiles.delta = take(&arena, longest);
    for (long item = begin; item < end; item++) {
        LK_TYPED(attention_backward_item)(task, item / heads, item % heads, &tiles);
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
