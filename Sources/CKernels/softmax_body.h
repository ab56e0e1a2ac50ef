// Softmax, log-softmax and cross entropy over the last dimension, for one element type.
struct LK_TYPED(rows) {
    LK_T *out;
    const LK_T *in, *dout;
    long cols;
};

LK_INLINE float LK_TYPED(row_maximum)(const LK_T *in, long cols) {
    vf greatest = splat(-__builtin_inff());
    for (long c = 0; c < cols; c += LK_WIDTH) {
        greatest = maximum(greatest, keep_part(load_some(in + c, cols - c), cols - c, -__builtin_inff()));
    }
    return maximum_lane(greatest);
}

/// Σ exp(in - shift).
LK_INLINE float LK_TYPED(row_exponential_sum)(const LK_T *in, float shift, long cols) {
    vf sum = {};
    for (long c = 0; c < cols; c += LK_WIDTH) {
        sum += keep_part(exponential_of_negative(load_some(in + c, cols - c) - shift), cols - c, 0);
    }
    return sum_lanes(sum);
}

static void LK_TYPED(softmax_range)(void *context, long begin, long end) {
    const struct LK_TYPED(rows) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *in = task->in + r * cols;
        float shift = LK_TYPED(row_maximum)(in, cols);
        float inverse = 1 / LK_TYPED(row_exponential_sum)(in, shift, cols);
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf y = exponential_of_negative(load_some(in + c, cols - c) - shift) * inverse;
            store_some(task->out + r * cols + c, y, cols - c);
        }
    }
}

static void LK_TYPED(log_softmax_range)(void *context, long begin, long end) {
    const struct LK_TYPED(rows) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *in = task->in + r * cols;
        float shift = LK_TYPED(row_maximum)(in, cols);
        float log_sum = logf(LK_TYPED(row_exponential_sum)(in, shift, cols));
        for (long c = 0; c < cols; c += LK_WIDTH) {
            store_some(task->out + r * cols + c, load_some(in + c, cols - c) - shift - log_sum, cols - c);
        }
    }
}

static void LK_TYPED(softmax_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(rows) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *y = task->in + r * cols, *dout = task->dout + r * cols;
        vf sum = {};
        for (long c = 0; c < cols; c += LK_WIDTH) {
            sum += load_some(y + c, cols - c) * load_some(dout + c, cols - c);
        }
        float projection = sum_lanes(sum);
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf gradient = load_some(y + c, cols - c) * (load_some(dout + c, cols - c) - projection);
            store_some(task->out + r * cols + c, gradient, cols - c);
        }
    }
}

static void LK_TYPED(log_softmax_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(rows) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        const LK_T *y = task->in + r * cols, *dout = task->dout + r * cols;
        vf sum = {};
        for (long c = 0; c < cols; c += LK_WIDTH) {
            sum += load_some(dout + c, cols - c);
        }
        float total = sum_lanes(sum);
        for (long c = 0; c < cols; c += LK_WIDTH) {
            vf gradient = load_some(dout + c, cols - c) - exponential(load_some(y + c, cols - c)) * total;
            store_some(task->out + r * cols + c, gradient, cols - c);
        }
    }
}

void LK_VARIANT(lk_softmax)(LK_T *out, const LK_T *in, long rows, long cols) {
    struct LK_TYPED(rows) task = {out, in, NULL, cols};
    lk_parallel_for(rows, 1 + 4096 / (cols + 1), LK_TYPED(softmax_range), &task);
}

void LK_VARIANT(lk_log_softmax)(LK_T *out, const LK_T *in, long rows, long cols) {
    struct LK_TYPED(rows) task = {out, in, NULL, cols};
    lk_parallel_for(rows, 1 + 4096 / (cols + 1), LK_TYPED(log_softmax_range), &task);
}

void LK_VARIANT(lk_softmax_backward)(LK_T *din, const LK_T *dout, const LK_T *out, long rows, long cols) {
    struct LK_TYPED(rows) task = {din, out, dout, cols};
    lk_parallel_for(rows, 1 + 8192 / (cols + 1), LK_TYPED(softmax_backward_range), &task);
}

void LK_VARIANT(lk_log_softmax_backward)(LK_T *din, const LK_T *dout, const LK_T *out, long rows, long cols) {
    struct LK_TYPED(rows) task = {din, out, dout, cols};
    lk_parallel_for(rows, 1 + 4096 / (cols + 1), LK_TYPED(log_softmax_backward_range), &task);
}

struct LK_TYPED(classification) {
    float *losses, *lse;
    LK_T *dlogits;
    const LK_T *logits;
    const int32_t *targets;
    float smoothing, scale;
    long classes;
};

/// One number in fp32.
LK_INLINE float LK_TYPED(number)(const LK_T *place) {
    return load_part(place, 1)[0];
}

static void LK_TYPED(cross_entropy_range)(void *context, long begin, long end) {
    const struct LK_TYPED(classification) *task = context;
    long classes = task->classes;
    for (long r = begin; r < end; r++) {
        const LK_T *logits = task->logits + r * classes;
        int32_t target = task->targets[r];
        if (target < 0 || target >= classes) {
            task->losses[r] = target == -100 ? 0 : __builtin_nanf("");
            task->lse[r] = 0;
            continue;
        }
        float shift = LK_TYPED(row_maximum)(logits, classes);
        float log_sum = logf(LK_TYPED(row_exponential_sum)(logits, shift, classes));
        float loss = log_sum + (shift - LK_TYPED(number)(logits + target));
        if (task->smoothing != 0) {
            vf logarithms = {};
            for (long c = 0; c < classes; c += LK_WIDTH) {
                logarithms += keep_part(load_some(logits + c, classes - c) - shift - log_sum, classes - c, 0);
            }
            loss = (1 - task->smoothing) * loss - task->smoothing * (sum_lanes(logarithms) / (float)classes);
        }
        task->losses[r] = loss;
        task->lse[r] = shift + log_sum;
    }
}

static void LK_TYPED(cross_entropy_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(classification) *task = context;
    long classes = task->classes;
    for (long r = begin; r < end; r++) {
        const LK_T *logits = task->logits + r * classes;
        LK_T *dlogits = task->dlogits + r * classes;
        int32_t target = task->targets[r];
        if (target < 0 || target >= classes) {
            memset(dlogits, 0, (size_t)classes * sizeof(LK_T));
            continue;
        }
        float share = task->smoothing / (float)classes, lse = task->lse[r];
        vf own = exponential_of_negative(splat(LK_TYPED(number)(logits + target) - lse));
        own = (own - share - (1 - task->smoothing)) * task->scale;
        for (long c = 0; c < classes; c += LK_WIDTH) {
            vf probability = exponential_of_negative(load_some(logits + c, classes - c) - lse);
            store_some(dlogits + c, (probability - share) * task->scale, classes - c);
        }
        store_part(dlogits + target, own, 1);
    }
}

void LK_VARIANT(lk_cross_entropy)(float *losses, float *lse, const LK_T *logits, const int32_t *targets,
                                  float smoothing, long rows, long classes) {
    struct LK_TYPED(classification) task = {losses, lse, NULL, logits, targets, smoothing, 0, classes};
    lk_parallel_for(rows, 1 + 4096 / (classes + 1), LK_TYPED(cross_entropy_range), &task);
}

void LK_VARIANT(lk_cross_entropy_backward)(LK_T *dlogits, const LK_T *logits, const float *lse, const int32_t *targets,
                                           float smoothing, float scale, long rows, long classes) {
    struct LK_TYPED(classification)
        task = {NULL, (float *)lse, dlogits, logits, targets, smoothing, scale, classes};
    lk_parallel_for(rows, 1 + 4096 / (classes + 1), LK_TYPED(cross_entropy_backward_range), &task);
}
