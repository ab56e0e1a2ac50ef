// Dropout on each element.
struct LK_TYPED(dropping) {
    LK_T *out;
    const LK_T *in;
    struct dropout rule;
    long n;
};

static void LK_TYPED(dropout_range)(void *context, long begin, long end) {
    const struct LK_TYPED(dropping) *task = context;
    float buffer[dropout_block + 4 * LK_WIDTH + 4];
    for (long block = begin; block < end; block++) {
        long first = block * dropout_block, count = task->n - first < dropout_block ? task->n - first : dropout_block;
        const float *factors = dropout_factors(buffer, (uint64_t)first, count, task->rule);
        const LK_T *in = task->in + first;
        LK_T *out = task->out + first;
        for (long i = 0; i < count; i += LK_WIDTH) {
            store_some(out + i, load_some(in + i, count - i) * load(factors + i), count - i);
        }
    }
}

void LK_VARIANT(lk_dropout)(LK_T *out, const LK_T *in, float p, uint64_t seed, uint64_t stream, long n) {
    if (p <= 0) {
        memmove(out, in, (size_t)n * sizeof(LK_T));
        return;
    }
    struct LK_TYPED(dropping) task = {out, in, dropout_rule(p, seed, stream), n};
    lk_parallel_for((n + dropout_block - 1) / dropout_block, 4, LK_TYPED(dropout_range), &task);
}
