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

/// Turns a tile of scores [rows <= tile_rows, keys] of one block of keys into exp(score - maximum), dropped out.
/// `limit` is the number of keys that the first row sees, one more for each next row if `step` is 1. Updates each row's
/// maximum and sum; `correction` gets what earlier sums and outputs are to be multiplied by.
static inline void LK_TYPED(softmax_tile)(float *scores, long rows, long keys, long limit, long step, float *greatest,
                                          float *sum, float *correction) {
    for (long i = 0; i < rows; i++, limit += step) {
        float *row = scores + i * attention_keys;
        long seen = limit < 0 ? 0 : limit < keys ? limit : keys;
        vf top = splat(-__builtin_inff());
        for (long j = 0; j < seen; j += LK_WIDTH) {
            top = maximum(top, keep_part(load(row + j), seen - j, -__builtin_inff()));
        }
        float before = greatest[i], now = maximum_lane(top);
        now = now > before ? now : before;
        float shift = now == -__builtin_inff() ? 0 : now;
        vf total = {};
        for (long j = 0; j < keys; j += LK_WIDTH) {
            vf p = splat(0);
            if (j < seen) {
                p = keep_part(exponential_of_negative(load(row + j) - shift), seen - j, 0);
            }
            total += p;
            store(row + j, p);
        }
        correction[i] = before == now ? 1 : expf(before - shift);
        sum[i] = sum[i] * correction[i] + sum_lanes(total);
        greatest[i] = now;
    }
}

static void LK_TYPED(attention_range)(void *context, long begin, long end) {
    const struct LK_TYPED(attention) *task = context;
    long heads = task->heads, dim = task->dim, stride = heads * dim, padded = round_up(dim, LK_WIDTH);
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)((2 * attention_queries + 2 * attention_keys) * padded +
                                                                 (tile_rows + 1) * attention_keys + 4 * 64) *
                                                            sizeof(float))};
    float *q = take(&arena, attention_queries * padded), *o = take(&arena, attention_queries * padded);
    float *k = take(&arena, padded * attention_keys), *v = take(&arena, attention_keys * padded);
    float *scores = take(&arena, tile_rows * attention_keys);
    float greatest[attention_queries], sum[attention_queries], correction[tile_rows];
    for (long item = begin; item < end; item++) {
        struct query_block block = task->blocks[item / heads];
        long h = item % heads, query = task->qOff[block.segment] + block.first;
        long queries = task->qOff[block.segment + 1] - query;
        long key = task->kvOff[block.segment], keys = task->kvOff[block.segment + 1] - key;
        // With causal attention, the first query of the block sees keys below `limit`.
        long limit =
            task->causal ? block.first + 1 + keys - (task->qOff[block.segment + 1] - task->qOff[block.segment]) : keys;
        queries = queries < attention_queries ? queries : attention_queries;
        long last = task->causal && limit + queries - 1 < keys ? limit + queries - 1 : keys;
        load_tile(q, padded, task->q + query * stride + h * dim, stride, queries, round_up(queries, tile_rows), dim,
                  task->scale);
        for (long i = 0; i < queries; i++) {
            greatest[i] = -__builtin_inff();
            sum[i] = 0;
        }
        if (last <= 0) {
            memset(o, 0, (size_t)(queries * padded) * sizeof(float));
        }
        for (long first = 0; first < last; first += attention_keys) {
            long count = last - first < attention_keys ? last - first : attention_keys;
            const LK_T *keys_in = task->k + (key + first) * stride + h * dim;
            load_transposed_tile(k, attention_keys, keys_in, stride, count, dim);
            load_tile(v, padded, task->v + (key + first) * stride + h * dim, stride, count, count, dim, 1);
            for (long i = 0; i < queries; i += tile_rows) {
                long rows = queries - i < tile_rows ? queries - i : tile_rows;
                product(scores, attention_keys, q + i * padded, padded, 1, k, attention_keys, tile_rows,
                        round_up(count, LK_WIDTH), dim, 0);
                LK_TYPED(softmax_tile)
                (scores, rows, count, task->causal ? limit + i - first : count, task->causal, greatest + i, sum + i,
                 correction);
                if (task->dropping) {
                    drop_scores(scores, rows, first, count, query + i, heads, h, task->rule);
                }
                for (long row = 0; first > 0 && row < rows; row++) {
                    for (long c = 0; c < padded; c += LK_WIDTH) {
                        float *line = o + (i + row) * padded + c;
                        store(line, load(line) * correction[row]);
                    }
                }
                product(o + i * padded, padded, scores, attention_keys, 1, v, padded, tile_rows, padded, count,
                        first > 0);
            }
        }
        for (long i = 0; i < queries; i++) {
            LK_T *out = task->out + (query + i) * stride + h * dim;
            store_tile(out, stride, o + i * padded, padded, 1, dim, sum[i] > 0 ? 1 / sum[i] : 1);
            task->lse[h * task->qRows + query + i] = greatest[i] + logf(sum[i]);
        }
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
