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
    float *losses, *probabilities;
    LK_T *dlogits;
    const LK_T *logits;
    const int32_t *targets;
    float smoothing, scale;
    long classes;
};

static void LK_TYPED(cross_entropy_range)(void *context, long begin, long end) {
    const struct LK_TYPED(classification) *task = context;
    long classes = task->classes;
    for (long r = begin; r < end; r++) {
        const LK_T *logits = task->logits + r * classes;
        float shift = LK_TYPED(row_maximum)(logits, classes);
        float sum = LK_TYPED(row_exponential_sum)(logits, shift, classes);
        float log_sum = logf(sum), inverse = 1 / sum;
        vf logarithms = {};
        for (long c = 0; c < classes; c += LK_WIDTH) {
            vf x = load_some(logits + c, classes - c) - shift;
            logarithms += keep_part(x - log_sum, classes - c, 0);
            store_some(task->probabilities + r * classes + c, exponential_of_negative(x) * inverse, classes - c);
        }
        int32_t target = task->targets[r];
        if (target >= 0 && target < classes) {
            float own;
            LK_T number = logits[target];
            store_part(&own, load_part(&number, 1), 1);
            own = own - shift - log_sum;
            float loss = -own;
            if (task->smoothing != 0) {
                loss = (1 - task->smoothing) * loss - task->smoothing * (sum_lanes(logarithms) / (float)classes);
            }
            task->losses[r] = loss;
        } else {
            task->losses[r] = target == -100 ? 0 : __builtin_nanf("");
        }
    }
}

static void LK_TYPED(cross_entropy_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(classification) *task = context;
    long classes = task->classes;
    for (long r = begin; r < end; r++) {
        const float *probabilities = task->probabilities + r * classes;
        LK_T *dlogits = task->dlogits + r * classes;
        int32_t target = task->targets[r];
        if (target < 0 || target >= classes) {
            memset(dlogits, 0, (size_t)classes * sizeof(LK_T));
            continue;
        }
        float share = task->smoothing / (float)classes;
        for (long c = 0; c < classes; c += LK_WIDTH) {
            vf gradient = (load_some(probabilities + c, classes - c) - share) * task->scale;
            store_some(dlogits + c, gradient, classes - c);
        }
        float own = (probabilities[target] - share - (1 - task->smoothing)) * task->scale;
        store_part(dlogits + target, splat(own), 1);
    }
}

void LK_VARIANT(lk_cross_entropy)(float *losses, float *probabilities, const LK_T *logits, const int32_t *targets,
                                  float smoothing, long rows, long classes) {
    struct LK_TYPED(classification) task = {losses, probabilities, NULL, logits, targets, smoothing, 0, classes};
    lk_parallel_for(rows, 1 + 4096 / (classes + 1), LK_TYPED(cross_entropy_range), &task);
}

void LK_VARIANT(lk_cross_entropy_backward)(LK_T *dlogits, const float *probabilities, const int32_t *targets,
                                           float smoothing, float scale, long rows, long classes) {
    struct LK_TYPED(classification)
        task = {NULL, (float *)probabilities, dlogits, NULL, targets, smoothing, scale, classes};
    lk_parallel_for(rows, 1 + 8192 / (classes + 1), LK_TYPED(cross_entropy_backward_range), &task);
}
