// Products with low-rank adapters, for one element type.
struct LK_TYPED(adapter) {
    LK_T *wide_out;    // [rows, wide]
    const LK_T *wide;  // [rows, wide]
    float *narrow_out; // [rows, rank]
    const float *narrow;
    const float *weights; // padded copy of the adapter
    float *gradient;
    float scale;
    long rows, cols, rank, weight_row;
    int transposed; // the gradient is [cols, rank] instead of [rank, cols]
};

enum { LK_TYPED(adapter_rows) = 32, LK_TYPED(adapter_cols) = 64 };

/// narrow_out = scale · wide · weights [cols, padded rank]. Items are blocks of rows.
static void LK_TYPED(reduce_range)(void *context, long begin, long end) {
    const struct LK_TYPED(adapter) *task = context;
    enum { block = LK_TYPED(adapter_rows) };
    long cols = task->cols, padded = round_up(cols, LK_WIDTH), rank = task->rank, line = task->weight_row;
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(block * (padded + line) + 32) * sizeof(float))};
    float *x = take(&arena, block * padded), *h = take(&arena, block * line);
    for (long item = begin; item < end; item++) {
        long first = item * block, rows = task->rows - first < block ? task->rows - first : block;
        long tall = round_up(rows, 4);
        load_tile(x, padded, task->wide + first * cols, cols, rows, tall, cols, task->scale);
        product(h, line, x, padded, 1, task->weights, line, tall, line, cols, 0);
        store_tile(task->narrow_out + first * rank, rank, h, line, rows, rank, 1);
    }
}

/// wide_out += scale · narrow · weights [rank, padded cols]. Items are blocks of rows.
static void LK_TYPED(expand_range)(void *context, long begin, long end) {
    const struct LK_TYPED(adapter) *task = context;
    enum { block = LK_TYPED(adapter_rows), strip = 256 };
    long cols = task->cols, rank = task->rank, line = round_up(rank, LK_WIDTH);
    struct arena arena = {lk_scratch(LK_SCRATCH_WORKER, (size_t)(block * (strip + line) + 32) * sizeof(float))};
    float *h = take(&arena, block * line), *y = take(&arena, block * strip);
    for (long item = begin; item < end; item++) {
        long first = item * block, rows = task->rows - first < block ? task->rows - first : block;
        long tall = round_up(rows, 4);
        load_tile(h, line, task->narrow + first * rank, rank, rows, tall, rank, task->scale);
        for (long c = 0; c < cols; c += strip) {
            long width = cols - c < strip ? cols - c : strip;
            product(y, strip, h, line, 1, task->weights + c, task->weight_row, tall, round_up(width, LK_WIDTH), rank,
                    0);
            for (long r = 0; r < rows; r++) {
                LK_T *out = task->wide_out + (first + r) * cols + c;
                for (long i = 0; i < width; i += LK_WIDTH) {
                    store_some(out + i, load_some(out + i, width - i) + load(y + r * strip + i), width - i);
                }
            }
        }
    }
}

/// The gradient of the adapter, summed over all rows in order. Items are blocks of columns of `wide`.
static void LK_TYPED(adapter_gradient_range)(void *context, long begin, long end) {
    const struct LK_TYPED(adapter) *task = context;
    enum { block = 64, columns = LK_TYPED(adapter_cols) };
    long cols = task->cols, rank = task->rank, line = round_up(rank, LK_WIDTH), tall = round_up(rank, 4);
    struct arena arena = {
        lk_scratch(LK_SCRATCH_WORKER, (size_t)(columns * (block + line) + block * line + 64) * sizeof(float))};
    float *x = take(&arena, block * columns), *sum = take(&arena, columns * line), *h = take(&arena, block * line);
    for (long item = begin; item < end; item++) {
        long c = item * columns, width = cols - c < columns ? cols - c : columns;
        for (long first = 0; first < task->rows; first += block) {
            long rows = task->rows - first < block ? task->rows - first : block;
            for (long r = 0; r < rows; r++) {
                memset(x + r * columns, 0, columns * sizeof(float));
                load_tile(x + r * columns, columns, task->wide + (first + r) * cols + c, cols, 1, 1, width, 1);
            }
            load_tile(h, line, task->narrow + first * rank, rank, rows, rows, rank, task->scale);
            if (task->transposed) {
                product(sum, line, x, 1, columns, h, line, columns, line, rows, first > 0);
            } else {
                product(sum, columns, h, 1, line, x, columns, tall, columns, rows, first > 0);
            }
        }
        long out_rows = task->transposed ? width : rank, out_cols = task->transposed ? rank : width;
        long sum_row = task->transposed ? line : columns, out_row = task->transposed ? rank : cols;
        float *gradient = task->transposed ? task->gradient + c * rank : task->gradient + c;
        for (long r = 0; r < out_rows && task->rows > 0; r++) {
            float *out = gradient + r * out_row;
            for (long i = 0; i < out_cols; i += LK_WIDTH) {
                vf total = load_some(out + i, out_cols - i) + load(sum + r * sum_row + i);
                store_some(out + i, total, out_cols - i);
            }
        }
    }
}

/// A copy of weights [rows, cols] (transposed if asked) in fp32 whose lines are padded with zeros to whole vectors.
static const float *LK_TYPED(padded_weights)(const float *weights, long rows, long cols, int transposed, long *line) {
    *line = round_up(transposed ? rows : cols, LK_WIDTH);
    long lines = transposed ? round_up(cols, LK_WIDTH) : rows;
    float *copy = lk_scratch(LK_SCRATCH_SHARED, (size_t)(*line * lines) * sizeof(float));
    if (transposed) {
        load_transposed_tile(copy, *line, weights, cols, rows, cols);
    } else {
        load_tile(copy, *line, weights, cols, rows, rows, cols, 1);
    }
    return copy;
}

static void LK_TYPED(run_adapter)(struct LK_TYPED(adapter) task, const float *weights, long weight_rows,
                                  long weight_cols, int transposed, void (*range)(void *, long, long)) {
    task.weights = LK_TYPED(padded_weights)(weights, weight_rows, weight_cols, transposed, &task.weight_row);
    lk_parallel_for((task.rows + LK_TYPED(adapter_rows) - 1) / LK_TYPED(adapter_rows), 1, range, &task);
}

void LK_VARIANT(lk_skinny_forward)(float *h, const LK_T *x, const float *A, long rows, long in, long r) {
    struct LK_TYPED(adapter) task = {.narrow_out = h, .wide = x, .scale = 1, .rows = rows, .cols = in, .rank = r};
    LK_TYPED(run_adapter)(task, A, r, in, 1, LK_TYPED(reduce_range));
}

void LK_VARIANT(lk_skinny_reduce)(float *dh, const LK_T *dy, const float *B, float scale, long rows, long out, long r) {
    struct LK_TYPED(adapter)
        task = {.narrow_out = dh, .wide = dy, .scale = scale, .rows = rows, .cols = out, .rank = r};
    LK_TYPED(run_adapter)(task, B, out, r, 0, LK_TYPED(reduce_range));
}

void LK_VARIANT(lk_skinny_expand_add)(LK_T *y, const float *h, const float *B, float scale, long rows, long out,
                                      long r) {
    struct LK_TYPED(adapter) task = {.wide_out = y, .narrow = h, .scale = scale, .rows = rows, .cols = out, .rank = r};
    LK_TYPED(run_adapter)(task, B, out, r, 1, LK_TYPED(expand_range));
}

void LK_VARIANT(lk_skinny_expand_add_t)(LK_T *x, const float *h, const float *A, float scale, long rows, long in,
                                        long r) {
    struct LK_TYPED(adapter) task = {.wide_out = x, .narrow = h, .scale = scale, .rows = rows, .cols = in, .rank = r};
    LK_TYPED(run_adapter)(task, A, r, in, 0, LK_TYPED(expand_range));
}

void LK_VARIANT(lk_skinny_weight_gradient_a)(float *dA, const float *dh, const LK_T *x, long rows, long in, long r) {
    struct LK_TYPED(adapter)
        task = {.gradient = dA, .wide = x, .narrow = dh, .scale = 1, .rows = rows, .cols = in, .rank = r};
    lk_parallel_for((in + LK_TYPED(adapter_cols) - 1) / LK_TYPED(adapter_cols), 1, LK_TYPED(adapter_gradient_range),
                    &task);
}

void LK_VARIANT(lk_skinny_weight_gradient_b)(float *dB, const LK_T *dy, const float *h, float scale, long rows,
                                             long out, long r) {
    struct LK_TYPED(adapter) task = {
        .gradient = dB, .wide = dy, .narrow = h, .scale = scale, .rows = rows, .cols = out, .rank = r, .transposed = 1};
    lk_parallel_for((out + LK_TYPED(adapter_cols) - 1) / LK_TYPED(adapter_cols), 1, LK_TYPED(adapter_gradient_range),
                    &task);
}
