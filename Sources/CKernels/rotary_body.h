// Rotary position embedding, for one element type.
struct LK_TYPED(rotation) {
    LK_T *out;
    const LK_T *in;
    const float *cosines, *sines;
    const int32_t *positions;
    float direction;
    long heads, dim;
};

static void LK_TYPED(rotation_range)(void *context, long begin, long end) {
    const struct LK_TYPED(rotation) *task = context;
    long half = task->dim / 2, cols = task->heads * task->dim;
    for (long r = begin; r < end; r++) {
        LK_T *out = task->out + r * cols;
        const LK_T *in = task->in + r * cols;
        if (task->positions[r] < 0) {
            memmove(out, in, (size_t)cols * sizeof(LK_T));
            continue;
        }
        const float *cosines = task->cosines + task->positions[r] * half;
        const float *sines = task->sines + task->positions[r] * half;
        for (long c = 0; c < half; c += LK_WIDTH) {
            vf cosine = load_some(cosines + c, half - c), sine = load_some(sines + c, half - c) * task->direction;
            for (long first = c; first < cols; first += task->dim) {
                vf low = load_some(in + first, half - c), high = load_some(in + first + half, half - c);
                store_some(out + first, low * cosine - high * sine, half - c);
                store_some(out + first + half, high * cosine + low * sine, half - c);
            }
        }
    }
}

void LK_VARIANT(lk_rotate)(LK_T *out, const LK_T *in, const float *cosines, const float *sines,
                           const int32_t *positions, float direction, long rows, long heads, long dim) {
    struct LK_TYPED(rotation) task = {out, in, cosines, sines, positions, direction, heads, dim};
    lk_parallel_for(rows, 1 + 16384 / (heads * dim + 1), LK_TYPED(rotation_range), &task);
}
