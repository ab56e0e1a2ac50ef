// Rows picked from tables, for one element type.
struct LK_TYPED(embedding) {
    LK_T *out;
    const float *word, *position, *type;
    const int32_t *ids, *positions, *types;
    long cols;
};

static void LK_TYPED(embedding_range)(void *context, long begin, long end) {
    const struct LK_TYPED(embedding) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        LK_T *out = task->out + r * cols;
        if (task->ids[r] < 0) {
            memset(out, 0, (size_t)cols * sizeof(LK_T));
            continue;
        }
        const float *word = task->word + task->ids[r] * cols;
        const float *position = task->position ? task->position + task->positions[r] * cols : NULL;
        const float *type = task->type ? task->type + task->types[r] * cols : NULL;
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf x = load_some(word + c, cols - c);
            x = type ? x + load_some(type + c, cols - c) : x;
            x = position ? x + load_some(position + c, cols - c) : x;
            store_some(out + c, x, cols - c);
        }
    }
}

void LK_VARIANT(lk_embedding_sum)(LK_T *out, const float *word, const int32_t *ids, const float *position,
                                  const int32_t *positions, const float *type, const int32_t *types, long rows,
                                  long cols) {
    struct LK_TYPED(embedding) task = {out, word, position, type, ids, positions, types, cols};
    lk_parallel_for(rows, 1 + 8192 / (cols + 1), LK_TYPED(embedding_range), &task);
}

struct LK_TYPED(gathering) {
    LK_T *out;
    const LK_T *in;
    const int32_t *index;
    long cols;
};

static void LK_TYPED(gather_range)(void *context, long begin, long end) {
    const struct LK_TYPED(gathering) *task = context;
    size_t bytes = (size_t)task->cols * sizeof(LK_T);
    for (long r = begin; r < end; r++) {
        if (task->index[r] < 0) {
            memset(task->out + r * task->cols, 0, bytes);
        } else {
            memcpy(task->out + r * task->cols, task->in + task->index[r] * task->cols, bytes);
        }
    }
}

void LK_VARIANT(lk_gather_rows)(LK_T *out, const LK_T *in, const int32_t *index, long rows, long cols) {
    struct LK_TYPED(gathering) task = {out, in, index, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(gather_range), &task);
}

struct LK_TYPED(scattering) {
    float *out;
    const LK_T *in;
    const int32_t *index;
    long rows, cols;
};

/// Items are blocks of 64 columns, so that each sum has one writer and the order of the rows.
static void LK_TYPED(scatter_range)(void *context, long begin, long end) {
    const struct LK_TYPED(scattering) *task = context;
    long cols = task->cols, last = end * 64 < cols ? end * 64 : cols;
    for (long r = 0; r < task->rows; r++) {
        if (task->index[r] < 0) {
            continue;
        }
        float *out = task->out + task->index[r] * cols;
        const LK_T *in = task->in + r * cols;
        for (long c = begin * 64; c < last; c += LK_WIDTH) {
            store_some(out + c, load_some(out + c, last - c) + load_some(in + c, last - c), last - c);
        }
    }
}

void LK_VARIANT(lk_scatter_add_rows_f32out)(float *out, const LK_T *in, const int32_t *index, long rows, long cols) {
    struct LK_TYPED(scattering) task = {out, in, index, rows, cols};
    // One chunk of columns for each thread: every chunk walks through all rows.
    long blocks = (cols + 63) / 64, threads = lk_threads();
    long grain = rows * cols < 16384 ? blocks : (blocks + threads - 1) / threads;
    lk_parallel_for(blocks, grain, LK_TYPED(scatter_range), &task);
}
