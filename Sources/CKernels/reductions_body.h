// Sums over rows, columns and segments, for one element type.
struct LK_TYPED(column_sum) {
    float *out;
    const LK_T *in;
    long rows, cols;
};

/// Adds the sums of `vectors` vectors of columns from c on: blocks of 256 rows, then the blocks, so that the order
/// depends on the shape only.
LK_INLINE void LK_TYPED(add_column_sums)(const struct LK_TYPED(column_sum) * task, long c, const int vectors) {
    long cols = task->cols;
    vf totals[4] = {};
    for (long block = 0; block < task->rows; block += 256) {
        long last = block + 256 < task->rows ? block + 256 : task->rows;
        vf sums[4] = {};
        for (long r = block; r < last; r++) {
            const LK_T *in = task->in + r * cols + c;
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) {
                sums[j] += vectors > 1 ? load(in + j * LK_WIDTH) : load_some(in, cols - c);
            }
        }
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            totals[j] += sums[j];
        }
    }
    for (int j = 0; j < vectors; j++) {
        float *out = task->out + c + j * LK_WIDTH;
        long n = cols - c - j * LK_WIDTH;
        store_some(out, load_some(out, n) + totals[j], n);
    }
}

/// Items are vectors of columns.
static void LK_TYPED(column_sum_range)(void *context, long begin, long end) {
    const struct LK_TYPED(column_sum) *task = context;
    long c = begin * LK_WIDTH, last = end * LK_WIDTH < task->cols ? end * LK_WIDTH : task->cols;
    for (; c + 4 * LK_WIDTH <= last; c += 4 * LK_WIDTH) {
        LK_TYPED(add_column_sums)(task, c, 4);
    }
    for (; c < last; c += LK_WIDTH) {
        LK_TYPED(add_column_sums)(task, c, 1);
    }
}

void LK_VARIANT(lk_column_sum)(float *out, const LK_T *in, long rows, long cols) {
    struct LK_TYPED(column_sum) task = {out, in, rows, cols};
    long vectors = (cols + LK_WIDTH - 1) / LK_WIDTH;
    // Threads share no cache line of the input: at least 32 columns each.
    long grain = 1 + 4096 / (rows + 1), least = (32 + LK_WIDTH - 1) / LK_WIDTH;
    lk_parallel_for(vectors, grain > least ? grain : least, LK_TYPED(column_sum_range), &task);
}

struct LK_TYPED(total) {
    double *blocks;
    const LK_T *in;
    long n, block;
    int squared;
};

static void LK_TYPED(total_range)(void *context, long begin, long end) {
    const struct LK_TYPED(total) *task = context;
    for (long item = begin; item < end; item++) {
        long first = item * task->block;
        long last = first + task->block < task->n ? first + task->block : task->n;
        vd sums[2] = {};
        long i = first;
        for (; i + 2 * LK_WIDTH <= last; i += 2 * LK_WIDTH) {
#pragma clang loop unroll(full)
            for (int j = 0; j < 2; j++) {
                vd x = __builtin_convertvector(load(task->in + i + j * LK_WIDTH), vd);
                sums[j] += task->squared ? x * x : x;
            }
        }
        for (; i < last; i += LK_WIDTH) {
            vd x = __builtin_convertvector(load_some(task->in + i, last - i), vd);
            sums[0] += task->squared ? x * x : x;
        }
        sums[0] += sums[1];
        task->blocks[item] = sum_double_lanes(&sums[0]);
    }
}

static double LK_TYPED(total_of)(const LK_T *in, long n, int squared) {
    enum { most_blocks = 512 };
    double blocks[most_blocks];
    long block = (n / most_blocks + 1 + 4095) / 4096 * 4096, count = (n + block - 1) / block;
    struct LK_TYPED(total) task = {blocks, in, n, block, squared};
    lk_parallel_for(count, 1 + 16384 / block, LK_TYPED(total_range), &task);
    double sum = 0;
    for (long item = 0; item < count; item++) {
        sum += blocks[item];
    }
    return sum;
}

double LK_VARIANT(lk_sum)(const LK_T *in, long n) {
    return LK_TYPED(total_of)(in, n, 0);
}

double LK_VARIANT(lk_square_sum)(const LK_T *in, long n) {
    return LK_TYPED(total_of)(in, n, 1);
}

struct LK_TYPED(segment_mean) {
    LK_T *out;
    const LK_T *in;
    const int32_t *offsets;
    long cols;
};

static void LK_TYPED(segment_mean_range)(void *context, long begin, long end) {
    const struct LK_TYPED(segment_mean) *task = context;
    long cols = task->cols;
    for (long s = begin; s < end; s++) {
        long first = task->offsets[s], last = task->offsets[s + 1];
        float share = last > first ? 1.0f / (float)(last - first) : 0;
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf sum = {};
            for (long r = first; r < last; r++) {
                sum += load_some(task->in + r * cols + c, cols - c);
            }
            store_some(task->out + s * cols + c, sum * share, cols - c);
        }
    }
}

void LK_VARIANT(lk_segment_mean)(LK_T *out, const LK_T *in, const int32_t *offsets, long segments, long cols) {
    struct LK_TYPED(segment_mean) task = {out, in, offsets, cols};
    lk_parallel_for(segments, 1, LK_TYPED(segment_mean_range), &task);
}

static void LK_TYPED(segment_mean_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(segment_mean) *task = context;
    long cols = task->cols;
    for (long s = begin; s < end; s++) {
        long first = task->offsets[s], last = task->offsets[s + 1];
        float share = last > first ? 1.0f / (float)(last - first) : 0;
        for (long r = first; r < last; r++) {
            for (long c = 0; c < cols; c += LK_WIDTH) {
                vf gradient = load_some(task->in + s * cols + c, cols - c) * share;
                store_some(task->out + r * cols + c, gradient, cols - c);
            }
        }
    }
}

void LK_VARIANT(lk_segment_mean_backward)(LK_T *din, const LK_T *dout, const int32_t *offsets, long segments, long rows,
                                          long cols) {
    long first = segments > 0 ? offsets[0] : 0, last = segments > 0 ? offsets[segments] : 0;
    memset(din, 0, (size_t)(first * cols) * sizeof(LK_T));
    memset(din + last * cols, 0, (size_t)((rows - last) * cols) * sizeof(LK_T));
    struct LK_TYPED(segment_mean) task = {din, dout, offsets, cols};
    lk_parallel_for(segments, 1, LK_TYPED(segment_mean_backward_range), &task);
}

struct LK_TYPED(normalisation) {
    LK_T *out;
    const LK_T *in;
    long cols;
};

static void LK_TYPED(l2_normalize_range)(void *context, long begin, long end) {
    const struct LK_TYPED(normalisation) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *in = task->in + r * cols;
        vd sum = {};
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vd x = __builtin_convertvector(load_some(in + c, cols - c), vd);
            sum += x * x;
        }
        double norm = __builtin_sqrt(sum_double_lanes(&sum));
        float inverse = (float)(1 / (norm < 1e-12 ? 1e-12 : norm));
        for (long c = 0; c < cols; c += LK_WIDTH) {
            store_some(task->out + r * cols + c, load_some(in + c, cols - c) * inverse, cols - c);
        }
    }
}

void LK_VARIANT(lk_l2_normalize)(LK_T *out, const LK_T *in, long rows, long cols) {
    struct LK_TYPED(normalisation) task = {out, in, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(l2_normalize_range), &task);
}

struct LK_TYPED(row_dots) {
    float *out;
    const LK_T *a;
    const LK_T *b;
    long cols;
};

static void LK_TYPED(row_dots_range)(void *context, long begin, long end) {
    const struct LK_TYPED(row_dots) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *a = task->a + r * cols, *b = task->b + r * cols;
        vd sum = {};
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vd x = __builtin_convertvector(load_some(a + c, cols - c), vd);
            vd y = __builtin_convertvector(load_some(b + c, cols - c), vd);
            sum += x * y;
        }
        task->out[r] = (float)sum_double_lanes(&sum);
    }
}

void LK_VARIANT(lk_row_dots)(float *out, const LK_T *a, const LK_T *b, long rows, long cols) {
    struct LK_TYPED(row_dots) task = {out, a, b, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(row_dots_range), &task);
}

struct LK_TYPED(row_scaling) {
    LK_T *out;
    const LK_T *in;
    const float *factors;
    long cols;
};

static void LK_TYPED(scale_rows_range)(void *context, long begin, long end) {
    const struct LK_TYPED(row_scaling) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        float factor = task->factors[r];
        for (long c = 0; c < cols; c += LK_WIDTH) {
            store_some(task->out + r * cols + c, load_some(task->in + r * cols + c, cols - c) * factor, cols - c);
        }
    }
}

void LK_VARIANT(lk_scale_rows)(LK_T *out, const LK_T *in, const float *factors, long rows, long cols) {
    struct LK_TYPED(row_scaling) task = {out, in, factors, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(scale_rows_range), &task);
}

struct LK_TYPED(search) {
    int32_t *out;
    const LK_T *in;
    long cols;
};

static void LK_TYPED(argmax_range)(void *context, long begin, long end) {
    const struct LK_TYPED(search) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *in = task->in + r * cols;
        vf best = splat(-__builtin_inff());
        vi place = {}, here = (vi)lane_numbers();
        for (long c = 0; c < cols; c += LK_WIDTH, here += LK_WIDTH) {
            vf x = keep_part(load_some(in + c, cols - c), cols - c, -__builtin_inff());
            vi greater = x > best;
            best = choose(greater, x, best);
            place = (greater & here) | (~greater & place);
        }
        float most = maximum_lane(best);
        int32_t first = 0;
        for (int lane = LK_WIDTH - 1, found = 0; lane >= 0; lane--) {
            if (best[lane] == most && (!found || place[lane] < first)) {
                first = place[lane];
                found = 1;
            }
        }
        task->out[r] = first;
    }
}

void LK_VARIANT(lk_argmax)(int32_t *out, const LK_T *in, long rows, long cols) {
    struct LK_TYPED(search) task = {out, in, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(argmax_range), &task);
}
