// Gated activations, for one element type.
struct LK_TYPED(gated) {
    LK_T *out, *dgate, *dup;
    const LK_T *dout, *gate, *up;
};

static void LK_TYPED(silu_gated_range)(void *context, long begin, long end) {
    const struct LK_TYPED(gated) *task = context;
    for (long i = begin; i < end; i += LK_WIDTH) {
        vf gate = load_some(task->gate + i, end - i), up = load_some(task->up + i, end - i);
        store_some(task->out + i, gate * sigmoid(gate) * up, end - i);
    }
}

static void LK_TYPED(silu_gated_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(gated) *task = context;
    for (long i = begin; i < end; i += LK_WIDTH) {
        vf gate = load_some(task->gate + i, end - i), up = load_some(task->up + i, end - i);
        vf gradient = load_some(task->dout + i, end - i), open = sigmoid(gate);
        store_some(task->dgate + i, gradient * up * (open + gate * open * (1.0f - open)), end - i);
        store_some(task->dup + i, gradient * gate * open, end - i);
    }
}

void LK_VARIANT(lk_silu_gated)(LK_T *out, const LK_T *gate, const LK_T *up, long n) {
    struct LK_TYPED(gated) task = {out, NULL, NULL, NULL, gate, up};
    lk_parallel_for(n, 16384, LK_TYPED(silu_gated_range), &task);
}

void LK_VARIANT(lk_silu_gated_backward)(LK_T *dgate, LK_T *dup, const LK_T *dout, const LK_T *gate, const LK_T *up,
                                        long n) {
    struct LK_TYPED(gated) task = {NULL, dgate, dup, dout, gate, up};
    lk_parallel_for(n, 16384, LK_TYPED(silu_gated_backward_range), &task);
}
