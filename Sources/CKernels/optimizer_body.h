// AdamW in one pass over memory.
struct adamw {
    float *p, *m, *v, *g;
    lk_bf16 *shadow;
    const lk_adamw_settings *settings;
    int zero_gradient;
    const int32_t *gradient_row;
    uint8_t *touched;
    long cols;
};

/// Updates elements begin ..< end; the gradient of element i is g[i - shift], or 0 if g is NULL.
LK_INLINE void adamw_update(const struct adamw *task, const float *g, long shift, long begin, long end) {
    const lk_adamw_settings *s = task->settings;
    float decay = 1 - s->learning_rate * s->weight_decay, step = s->learning_rate / s->bias_correction1;
    float share1 = 1 - s->beta1, beta2 = s->beta2, share2 = 1 - s->beta2, epsilon = s->epsilon;
    float inverse2 = 1 / s->bias_correction2_sqrt, scale = s->gradient_scale;
    for (long i = begin; i < end; i += LK_WIDTH) {
        long n = end - i;
        vf gradient = g ? load_some(g + (i - shift), n) * scale : splat(0);
        vf m = load_some(task->m + i, n), v = load_some(task->v + i, n), p = load_some(task->p + i, n);
        m = (gradient - m) * share1 + m;
        v = v * beta2 + gradient * gradient * share2;
        p = p * decay - step * m / (square_root(v) * inverse2 + epsilon);
        store_some(task->m + i, m, n);
        store_some(task->v + i, v, n);
        store_some(task->p + i, p, n);
        if (task->shadow) {
            store_some(task->shadow + i, p, n);
        }
        if (task->zero_gradient) {
            store_some(task->g + i, splat(0), n);
        }
    }
}

static void adamw_range(void *context, long begin, long end) {
    const struct adamw *task = context;
    adamw_update(task, task->g, 0, begin, end);
}

void LK_UNTYPED_VARIANT(lk_adamw)(float *p, float *m, float *v, float *g, lk_bf16 *shadow, long n,
                                  const lk_adamw_settings *settings, int zero_gradient) {
    struct adamw task = {p, m, v, g, shadow, settings, zero_gradient, NULL, NULL, 0};
    lk_parallel_for(n, 8192, adamw_range, &task);
}

static void adamw_rows_range(void *context, long begin, long end) {
    const struct adamw *task = context;
    long cols = task->cols;
    float decay = 1 - task->settings->learning_rate * task->settings->weight_decay;
    for (long r = begin; r < end; r++) {
        int32_t row = task->gradient_row[r];
        if (row >= 0) {
            task->touched[r] = 1;
            adamw_update(task, task->g + row * cols, r * cols, r * cols, (r + 1) * cols);
        } else if (task->touched[r]) {
            adamw_update(task, NULL, 0, r * cols, (r + 1) * cols);
        } else if (decay != 1) {
            for (long i = r * cols; i < (r + 1) * cols; i += LK_WIDTH) {
                long n = (r + 1) * cols - i;
                vf p = load_some(task->p + i, n) * decay;
                store_some(task->p + i, p, n);
                if (task->shadow) {
                    store_some(task->shadow + i, p, n);
                }
            }
        }
    }
}

void LK_UNTYPED_VARIANT(lk_adamw_rows)(float *p, float *m, float *v, const float *g, const int32_t *gradient_row,
                                       uint8_t *touched, lk_bf16 *shadow, long rows, long cols,
                                       const lk_adamw_settings *settings) {
    struct adamw task = {p, m, v, (float *)g, shadow, settings, 0, gradient_row, touched, cols};
    lk_parallel_for(rows, 1 + 8192 / (cols + 1), adamw_rows_range, &task);
}
