// Attention of few queries to many keys, for one element type: a step of decoding. A block of keys is read once for all
// heads of queries that share it; blocks are independent, and their results are merged afterwards. A line is one query
// and one of its heads; those of a segment that share a head of keys stand together, query by query.
struct LK_TYPED(decoding) {
    LK_T *out;
    const LK_T *q, *k, *v;
    const lk_attention_plan *plan;
    const struct key_block *blocks;
    const int32_t *first_block; // of each segment, and the number of blocks
    float *partial;             // of each line: `padded` sums of values, then the state of softmax_line
    long items;                 // blocks × heads of keys
};

/// Up to decoding_lines lines of one block: queries [lines, padded dim] and scores [lines, decoding_keys].
struct LK_TYPED(decoding_tiles) {
    float *q, *scores, *partial;
    struct key_range seen[decoding_lines];
    const LK_T *next; // the keys that this thread reads next
};

/// Asks for one row of one head. Rows of a head lie apart, where the processor does not guess them.
LK_INLINE void LK_TYPED(prefetch_row)(const LK_T *row, long dim) {
    for (long c = 0; c < dim; c += 64 / (long)sizeof(LK_T)) {
        __builtin_prefetch(row + c);
    }
}

/// scores[line, j] = q[line] · k[j] for LK_WIDTH keys, of which `count` exist. Asks for the values v of the same keys.
LK_INLINE void LK_TYPED(score_keys)(float *scores, const float *q, const LK_T *k, const LK_T *v, long stride,
                                    long count, long dim, const int lines) {
    vf parts[decoding_lines][LK_WIDTH];
    for (long j = 0; j < LK_WIDTH; j++) {
        vf sums[decoding_lines] = {};
        LK_TYPED(prefetch_row)(v + (j < count ? j : 0) * stride, dim);
        for (long c = 0; c < (j < count ? dim : 0); c += LK_WIDTH) {
            vf key = load_some(k + j * stride + c, dim - c);
#pragma clang loop unroll(full)
            for (int line = 0; line < lines; line++) {
                sums[line] = key * load(q + line * round_up(dim, LK_WIDTH) + c) + sums[line];
            }
        }
#pragma clang loop unroll(full)
        for (int line = 0; line < lines; line++) {
            parts[line][j] = sums[line];
        }
    }
#pragma clang loop unroll(full)
    for (int line = 0; line < lines; line++) {
        store(scores + line * decoding_keys, sum_each(parts[line]));
    }
}

/// out[line] = Σ_j weights[line, j] · v[j] for `vectors` vectors of columns, of which `columns` numbers exist. Asks for
/// as much of `next`.
LK_INLINE void LK_TYPED(weigh_values)(float *out, long out_stride, const float *weights, const LK_T *v,
                                      const LK_T *next, long stride, long count, long columns, const int lines,
                                      const int vectors) {
    vf sums[decoding_lines][decoding_vectors] = {};
    for (long j = 0; j < count; j++) {
        LK_TYPED(prefetch_row)(next + j * stride, vectors * LK_WIDTH);
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors; i++) {
            vf value = load_some(v + j * stride + i * LK_WIDTH, columns - i * LK_WIDTH);
#pragma clang loop unroll(full)
            for (int line = 0; line < lines; line++) {
                sums[line][i] = value * weights[line * decoding_keys + j] + sums[line][i];
            }
        }
    }
#pragma clang loop unroll(full)
    for (int line = 0; line < lines; line++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors; i++) {
            store(out + line * out_stride + i * LK_WIDTH, sums[line][i]);
        }
    }
}

/// The partial results of some lines over one block of keys.
LK_INLINE void LK_TYPED(decode_lines)(const struct LK_TYPED(decoding_tiles) * tiles, const LK_T *k, const LK_T *v,
                                      long stride, long count, long dim, const int lines) {
    long padded = round_up(dim, LK_WIDTH), out_stride = padded + decoding_state;
    for (long j = 0; j < count; j += LK_WIDTH) {
        LK_TYPED(score_keys)(tiles->scores + j, tiles->q, k + j * stride, v + j * stride, stride, count - j, dim,
                             lines);
    }
    for (int line = 0; line < lines; line++) {
        softmax_line(tiles->scores + line * decoding_keys, count, tiles->seen[line],
                     tiles->partial + line * out_stride + padded);
    }
    long c = 0;
    for (; c + decoding_vectors * LK_WIDTH <= padded; c += decoding_vectors * LK_WIDTH) {
        LK_TYPED(weigh_values)(tiles->partial + c, out_stride, tiles->scores, v + c, tiles->next + c, stride, count,
                               dim - c, lines, decoding_vectors);
    }
    for (; c < padded; c += LK_WIDTH) {
        LK_TYPED(weigh_values)(tiles->partial + c, out_stride, tiles->scores, v + c, tiles->next + c, stride, count,
                               dim - c, lines, 1);
    }
}

/// Where the rows of an item, one block of keys and one of its heads, begin in k or v.
static const LK_T *LK_TYPED(block_rows)(const struct LK_TYPED(decoding) * task, const LK_T *rows, long item) {
    const lk_attention_plan *plan = task->plan;
    struct key_block block = task->blocks[item / plan->key_heads];
    long row = plan->key_starts[block.segment] + block.first;
    return rows + (row * plan->key_heads + item % plan->key_heads) * plan->dim;
}

/// All lines of one item.
static void LK_TYPED(decode_block)(const struct LK_TYPED(decoding) * task, long item,
                                   struct LK_TYPED(decoding_tiles) * tiles) {
    const lk_attention_plan *plan = task->plan;
    struct key_block block = task->blocks[item / plan->key_heads];
    struct segment_rows rows = segment_rows(plan, block.segment);
    long dim = plan->dim, padded = round_up(dim, LK_WIDTH), stride = plan->key_heads * dim;
    long group = plan->heads / plan->key_heads, lines = rows.queries * group, key_head = item % plan->key_heads;
    const LK_T *k = LK_TYPED(block_rows)(task, task->k, item), *v = LK_TYPED(block_rows)(task, task->v, item);
    for (long first = 0; first < lines; first += decoding_lines) {
        long count = lines - first < decoding_lines ? lines - first : decoding_lines;
        tiles->partial = task->partial + (block.line + key_head * lines + first) * (padded + decoding_state);
        for (long line = 0; line < count; line++) {
            long query = (first + line) / group, head = key_head * group + (first + line) % group;
            load_tile(tiles->q + line * padded, padded, task->q + ((rows.query + query) * plan->heads + head) * dim,
                      dim, 1, 1, dim, plan->scale);
            tiles->seen[line] = seen_keys(plan, rows, query, block);
        }
        switch (count) {
        case 4:
            LK_TYPED(decode_lines)(tiles, k, v, stride, block.count, dim, 4);
            break;
        case 3:
            LK_TYPED(decode_lines)(tiles, k, v, stride, block.count, dim, 3);
            break;
        case 2:
            LK_TYPED(decode_lines)(tiles, k, v, stride, block.count, dim, 2);
            break;
        default:
            LK_TYPED(decode_lines)(tiles, k, v, stride, block.count, dim, 1);
        }
    }
}

/// Items are the heads of the blocks of keys.
static void LK_TYPED(decode_range)(void *context, long begin, long end) {
    const struct LK_TYPED(decoding) *task = context;
    long padded = round_up(task->plan->dim, LK_WIDTH);
    long floats = decoding_lines * (padded + decoding_keys);
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(floats + 2 * 16) * sizeof(float))};
    struct LK_TYPED(decoding_tiles) tiles;
    tiles.q = take(&arena, decoding_lines * padded);
    tiles.scores = take(&arena, decoding_lines * decoding_keys);
    for (long item = begin; item < end; item++) {
        tiles.next = LK_TYPED(block_rows)(task, task->k, item + 1 < task->items ? item + 1 : item);
        LK_TYPED(decode_block)(task, item, &tiles);
    }
}

/// Items are segments: the results of their blocks are weighed by exp(greatest score of the block - of all).
static void LK_TYPED(merge_range)(void *context, long begin, long end) {
    const struct LK_TYPED(decoding) *task = context;
    const lk_attention_plan *plan = task->plan;
    long dim = plan->dim, padded = round_up(dim, LK_WIDTH), stride = padded + decoding_state;
    long group = plan->heads / plan->key_heads;
    for (long s = begin; s < end; s++) {
        struct segment_rows rows = segment_rows(plan, s);
        const struct key_block *blocks = task->blocks + task->first_block[s];
        long count = task->first_block[s + 1] - task->first_block[s], lines = rows.queries * plan->heads;
        for (long line = 0; line < lines; line++) {
            long member = line % (rows.queries * group), head = line / (rows.queries * group) * group + member % group;
            LK_T *out = task->out + ((rows.query + member / group) * plan->heads + head) * dim;
            float most = -__builtin_inff(), sum = 0;
            for (long b = 0; b < count; b++) {
                float greatest = task->partial[(blocks[b].line + line) * stride + padded];
                most = greatest > most ? greatest : most;
            }
            for (long b = 0; b < count; b++) {
                float *state = task->partial + (blocks[b].line + line) * stride + padded;
                vf weight = exponential_of_negative(splat(most > -__builtin_inff() ? state[0] - most : 0));
                state[0] = weight[0];
                sum += state[1] * weight[0];
            }
            float factor = sum > 0 ? 1 / sum : 0;
            for (long c = 0; c < dim; c += LK_WIDTH) {
                vf value = {};
                for (long b = 0; b < count; b++) {
                    const float *partial = task->partial + (blocks[b].line + line) * stride;
                    value += load(partial + c) * partial[padded];
                }
                store_some(out + c, value * factor, dim - c);
            }
        }
    }
}

/// lk_attention for few queries in every segment, without dropout and without what a backward needs.
static void LK_TYPED(decode)(LK_T *out, const LK_T *q, const LK_T *k, const LK_T *v, const lk_attention_plan *plan) {
    long padded = round_up(plan->dim, LK_WIDTH), count = 0, lines = 0, keys = 0, most = plan->segments;
    for (long s = 0; s < plan->segments; s++) {
        most += plan->key_counts[s] / decoding_keys;
    }
    // Blocks, then the first block of each segment, then partial results.
    long block_floats = round_up((most * (long)sizeof(struct key_block) + 3) / 4, 16);
    long index_floats = round_up(plan->segments + 1, 16), line_floats = padded + decoding_state;
    for (long s = 0; s < plan->segments; s++) {
        struct segment_rows rows = segment_rows(plan, s);
        struct key_range seen = segment_keys(plan, rows);
        lines += (seen.end - seen.begin + decoding_keys - 1) / decoding_keys * rows.queries * plan->heads;
    }
    struct arena arena = {lk_scratch(LK_SCRATCH_SHARED,
                                     (size_t)(block_floats + index_floats + lines * line_floats) * sizeof(float))};
    struct key_block *blocks = (struct key_block *)take(&arena, block_floats);
    int32_t *first_block = (int32_t *)take(&arena, index_floats);
    float *partial = take(&arena, lines * line_floats);
    lines = 0;
    for (long s = 0; s < plan->segments; s++) {
        struct segment_rows rows = segment_rows(plan, s);
        struct key_range seen = segment_keys(plan, rows);
        first_block[s] = (int32_t)count;
        for (long first = seen.begin; first < seen.end && rows.queries > 0; first += decoding_keys) {
            long size = seen.end - first < decoding_keys ? seen.end - first : decoding_keys;
            blocks[count++] = (struct key_block){(int32_t)s, first, size, lines};
            lines += rows.queries * plan->heads;
            keys += size * rows.queries;
        }
    }
    first_block[plan->segments] = (int32_t)count;
    long items = count * plan->key_heads;
    struct LK_TYPED(decoding) task = {out, q, k, v, plan, blocks, first_block, partial, items};
    // A range is worth another thread from about 8 thousand products on.
    long products = keys * plan->heads * plan->dim / (items + 1) + 1;
    lk_parallel_for(items, 1 + 8192 / products, LK_TYPED(decode_range), &task);
    long merged = lines * padded / (plan->segments + 1) + 1;
    lk_parallel_for(plan->segments, 1 + 32768 / merged, LK_TYPED(merge_range), &task);
}
