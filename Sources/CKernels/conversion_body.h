// Conversion between float and bfloat16.
struct conversion {
    float *floats;
    lk_bf16 *halves;
};

static void narrow_range(void *context, long begin, long end) {
    struct conversion *task = context;
    for (long i = begin; i < end; i += LK_WIDTH) {
        store_some(task->halves + i, load_some(task->floats + i, end - i), end - i);
    }
}

static void widen_range(void *context, long begin, long end) {
    struct conversion *task = context;
    for (long i = begin; i < end; i += LK_WIDTH) {
        store_some(task->floats + i, load_some(task->halves + i, end - i), end - i);
    }
}

void LK_UNTYPED_VARIANT(lk_f32_to_bf16)(lk_bf16 *out, const float *in, long n) {
    struct conversion task = {(float *)in, out};
    lk_parallel_for(n, 16384, narrow_range, &task);
}

void LK_UNTYPED_VARIANT(lk_bf16_to_f32)(float *out, const lk_bf16 *in, long n) {
    struct conversion task = {out, (lk_bf16 *)in};
    lk_parallel_for(n, 16384, widen_range, &task);
}
