// Layer norm and root-mean-square norm, for one element type. One pass structure serves the plain and the fused forms.
struct LK_TYPED(norm) {
    LK_T *out, *sum;
    float *mean, *rstd;        // NULL where no backward follows
    const LK_T *in, *residual; // residual NULL: plain norm of `in`
    const float *gamma, *beta; // beta NULL: root-mean-square norm
    float eps;
    int dropping;
    struct dropout rule;
    long cols;
};

/// Σ x, in four interleaved sums.
LK_INLINE float LK_TYPED(line_sum)(const LK_T *in, long cols) {
    vf sums[4] = {};
    long c = 0;
    for (; c + 4 * LK_WIDTH <= cols; c += 4 * LK_WIDTH) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) {
            sums[j] += load(in + c + j * LK_WIDTH);
        }
    }
    for (; c < cols; c += LK_WIDTH) {
        sums[0] += load_some(in + c, cols - c);
    }
    return sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/// Σ (x - mean)², in four interleaved sums.
LK_INLINE float LK_TYPED(line_deviation)(const LK_T *in, float mean, long cols) {
    vf sums[4] = {};
    long c = 0;
    for (; c + 4 * LK_WIDTH <= cols; c += 4 * LK_WIDTH) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) {
            vf centred = load(in + c + j * LK_WIDTH) - mean;
            sums[j] += centred * centred;
        }
    }
    for (; c < cols; c += LK_WIDTH) {
        vf centred = keep_part(load_some(in + c, cols - c) - mean, cols - c, 0);
        sums[0] += centred * centred;
    }
    return sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/// sum = x · factors + residual; factors may be NULL.
LK_INLINE void LK_TYPED(add_residual)(LK_T *sum, const LK_T *x, const float *factors, const LK_T *residual, long cols) {
    for (long c = 0; c < cols; c += LK_WIDTH) {
        vf kept = load_some(x + c, cols - c);
        kept = factors ? kept * load(factors + c) : kept;
        store_some(sum + c, kept + load_some(residual + c, cols - c), cols - c);
    }
}

static void LK_TYPED(norm_range)(void *context, long begin, long end) {
    const struct LK_TYPED(norm) *task = context;
    long cols = task->cols;
    float *buffer =
        task->dropping ? lk_scratch(LK_SCRATCH_WORKER, (size_t)(cols + 8 * LK_WIDTH) * sizeof(float)) : NULL;
    for (long r = begin; r < end; r++) {
        const LK_T *in = task->in + r * cols;
        if (task->residual) {
            const float *factors =
                task->dropping ? dropout_factors(buffer, (uint64_t)r * (uint64_t)cols, cols, task->rule) : NULL;
            LK_TYPED(add_residual)(task->sum + r * cols, in, factors, task->residual + r * cols, cols);
            in = task->sum + r * cols;
        }
        float mean = task->beta ? LK_TYPED(line_sum)(in, cols) / (float)cols : 0;
        float rstd = 1 / __builtin_sqrtf(LK_TYPED(line_deviation)(in, mean, cols) / (float)cols + task->eps);
        LK_T *out = task->out + r * cols;
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf x = (load_some(in + c, cols - c) - mean) * rstd, gamma = load_some(task->gamma + c, cols - c);
            x = task->beta ? x * gamma + load_some(task->beta + c, cols - c) : x * gamma;
            store_some(out + c, x, cols - c);
        }
        if (task->mean) {
            task->mean[r] = mean;
        }
        if (task->rstd) {
            task->rstd[r] = rstd;
        }
    }
}

void LK_VARIANT(lk_norm)(LK_T *out, float *mean, float *rstd, const LK_T *in, const float *gamma,
                               const float *beta, float eps, long rows, long cols) {
    struct LK_TYPED(norm) task = {out, NULL, mean, rstd, in, NULL, gamma, beta, eps, 0, {0}, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(norm_range), &task);
}

void LK_VARIANT(lk_dropout_add_norm)(LK_T *out, LK_T *sum, float *mean, float *rstd, const LK_T *x,
                                           const LK_T *residual, float p, uint64_t seed, uint64_t stream,
                                           const float *gamma, const float *beta, float eps, long rows, long cols) {
    struct LK_TYPED(norm)
        task = {out, sum, mean, rstd, x, residual, gamma, beta, eps, p > 0, dropout_rule(p, seed, stream), cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(norm_range), &task);
}

struct LK_TYPED(norm_backward) {
    LK_T *din, *dropped; // dropped: dropout(din), or NULL
    float *partial;      // [blocks][2][cols]: the gradients of gamma and beta from each block of rows
    const LK_T *dout, *in;
    const float *mean, *rstd, *gamma; // mean NULL: root-mean-square norm
    int dropping;
    struct dropout rule;
    long rows, cols, block;
};

/// Items are blocks of rows.
static void LK_TYPED(norm_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(norm_backward) *task = context;
    long cols = task->cols, padded = (cols + LK_WIDTH - 1) / LK_WIDTH * LK_WIDTH;
    // A row of products, a row of dropout factors, the sums of the block.
    float *products = lk_scratch(LK_SCRATCH_WORKER, (size_t)(4 * padded + 8 * LK_WIDTH) * sizeof(float));
    float *dgamma = products + padded, *dbeta = dgamma + padded, *buffer = dbeta + padded;
    for (long item = begin; item < end; item++) {
        long last = (item + 1) * task->block < task->rows ? (item + 1) * task->block : task->rows;
        memset(dgamma, 0, (size_t)(2 * padded) * sizeof(float));
        for (long r = item * task->block; r < last; r++) {
            const LK_T *dout = task->dout + r * cols, *in = task->in + r * cols;
            float mean = task->mean ? task->mean[r] : 0, rstd = task->rstd[r];
            vf sum = {}, projection = {};
            for (long c = 0; c < cols; c += LK_WIDTH) {
                vf gradient = load_some(dout + c, cols - c);
                vf normal = (load_some(in + c, cols - c) - mean) * rstd;
                store(dgamma + c, load(dgamma + c) + gradient * normal);
                store(dbeta + c, load(dbeta + c) + gradient);
                vf product = gradient * load_some(task->gamma + c, cols - c);
                store(products + c, product);
                sum += product;
                projection += product * normal;
            }
            float shift = task->mean ? sum_lanes(sum) / (float)cols : 0, slope = sum_lanes(projection) / (float)cols;
            const float *factors = task->dropping && task->dropped
                                       ? dropout_factors(buffer, (uint64_t)r * (uint64_t)cols, cols, task->rule)
                                       : NULL;
            for (long c = 0; c < cols; c += LK_WIDTH) {
                vf normal = (load_some(in + c, cols - c) - mean) * rstd;
                vf gradient = (load(products + c) - shift - normal * slope) * rstd;
                if (task->din) {
                    store_some(task->din + r * cols + c, gradient, cols - c);
                }
                if (task->dropped) {
                    vf dropped = factors ? gradient * load(factors + c) : gradient;
                    store_some(task->dropped + r * cols + c, dropped, cols - c);
                }
            }
        }
        memcpy(task->partial + 2 * item * cols, dgamma, (size_t)cols * sizeof(float));
        memcpy(task->partial + (2 * item + 1) * cols, dbeta, (size_t)cols * sizeof(float));
    }
}

static void LK_TYPED(norm_gradients)(struct LK_TYPED(norm_backward) task, float *dgamma, float *dbeta) {
    // Blocks depend on the shape only: 16 rows, more where that would make more than 256 blocks.
    task.block = task.rows > 16 * 256 ? (task.rows + 255) / 256 : 16;
    long blocks = (task.rows + task.block - 1) / task.block, cols = task.cols;
    task.partial = lk_scratch(LK_SCRATCH_SHARED, (size_t)(2 * blocks * cols) * sizeof(float));
    lk_parallel_for(blocks, 1 + 4096 / (task.block * cols + 1), LK_TYPED(norm_backward_range), &task);
    for (int which = 0; which < 2; which++) {
        float *out = which ? dbeta : dgamma;
        for (long c = 0; out && c < cols; c += LK_WIDTH) {
            vf sum = {};
            for (long item = 0; item < blocks; item++) {
                sum += load_some(task.partial + (2 * item + which) * cols + c, cols - c);
            }
            store_some(out + c, load_some(out + c, cols - c) + sum, cols - c);
        }
    }
}

void LK_VARIANT(lk_norm_backward)(LK_T *din, float *dgamma, float *dbeta, const LK_T *dout, const LK_T *in,
                                        const float *mean, const float *rstd, const float *gamma, long rows,
                                        long cols) {
    struct LK_TYPED(norm_backward) task = {din, NULL, NULL, dout, in, mean, rstd, gamma, 0, {0}, rows, cols, 0};
    LK_TYPED(norm_gradients)(task, dgamma, dbeta);
}

void LK_VARIANT(lk_dropout_add_norm_backward)(LK_T *dx, LK_T *dresidual, float *dgamma, float *dbeta,
                                                    const LK_T *dout, const LK_T *sum, const float *mean,
                                                    const float *rstd, const float *gamma, float p, uint64_t seed,
                                                    uint64_t stream, long rows, long cols) {
    struct LK_TYPED(norm_backward)
        task = {dresidual, dx, NULL, dout, sum, mean, rstd, gamma, p > 0, dropout_rule(p, seed, stream), rows, cols, 0};
    LK_TYPED(norm_gradients)(task, dgamma, dbeta);
}
