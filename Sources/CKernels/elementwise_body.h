// Operations on each element, for one element type.
struct LK_TYPED(binary) {
    LK_T *out;
    const LK_T *a, *b;
};

#define LK_BINARY(name, expression)                                                      \
    static void LK_TYPED(name##_range)(void *context, long begin, long end) {            \
        const struct LK_TYPED(binary) *task = context;                                   \
        for (long i = begin; i < end; i += LK_WIDTH) {                                   \
            vf a = load_some(task->a + i, end - i), b = load_some(task->b + i, end - i); \
            store_some(task->out + i, expression, end - i);                              \
        }                                                                                \
    }                                                                                    \
    void LK_VARIANT(lk_##name)(LK_T * out, const LK_T *a, const LK_T *b, long n) {       \
        struct LK_TYPED(binary) task = {out, a, b};                                      \
        lk_parallel_for(n, 16384, LK_TYPED(name##_range), &task);                        \
    }
LK_BINARY(add, a + b)
LK_BINARY(sub, a - b)
LK_BINARY(mul, a *b)
LK_BINARY(div, a / b)
#undef LK_BINARY

struct LK_TYPED(scalar) {
    LK_T *out;
    const LK_T *a;
    float s;
};

#define LK_SCALAR(name, expression)                                           \
    static void LK_TYPED(name##_range)(void *context, long begin, long end) { \
        const struct LK_TYPED(scalar) *task = context;                        \
        for (long i = begin; i < end; i += LK_WIDTH) {                        \
            vf a = load_some(task->a + i, end - i);                           \
            store_some(task->out + i, expression, end - i);                   \
        }                                                                     \
    }                                                                         \
    void LK_VARIANT(lk_##name)(LK_T * out, const LK_T *a, float s, long n) {  \
        struct LK_TYPED(scalar) task = {out, a, s};                           \
        lk_parallel_for(n, 16384, LK_TYPED(name##_range), &task);             \
    }
LK_SCALAR(scale, a * task->s)
LK_SCALAR(add_scalar, a + task->s)
LK_SCALAR(axpy, load_some(task->out + i, end - i) + a * task->s)
#undef LK_SCALAR

static void LK_TYPED(fill_range)(void *context, long begin, long end) {
    const struct LK_TYPED(scalar) *task = context;
    for (long i = begin; i < end; i += LK_WIDTH) {
        store_some(task->out + i, splat(task->s), end - i);
    }
}

void LK_VARIANT(lk_fill)(LK_T *out, float v, long n) {
    struct LK_TYPED(scalar) task = {out, NULL, v};
    lk_parallel_for(n, 16384, LK_TYPED(fill_range), &task);
}

struct LK_TYPED(row_sum) {
    LK_T *out;
    const LK_T *in;
    const float *row;
    long cols;
};

static void LK_TYPED(add_row_range)(void *context, long begin, long end) {
    const struct LK_TYPED(row_sum) *task = context;
    long cols = task->cols;
    for (long r = begin; r < end; r++) {
        LK_T *out = task->out + r * cols;
        const LK_T *in = task->in + r * cols;
        for (long c = 0; c < cols; c += LK_WIDTH) {
            store_some(out + c, load_some(in + c, cols - c) + load_some(task->row + c, cols - c), cols - c);
        }
    }
}

void LK_VARIANT(lk_add_row)(LK_T *out, const LK_T *in, const float *row, long rows, long cols) {
    struct LK_TYPED(row_sum) task = {out, in, row, cols};
    lk_parallel_for(rows, 1 + 16384 / (cols + 1), LK_TYPED(add_row_range), &task);
}

struct LK_TYPED(unary) {
    LK_T *out;
    const LK_T *in, *dout;
    enum lk_unary op;
};

/// Runs through a range with `expression` of x for out, or with the chain rule.
#define LK_UNARY_CASE(op, expression)                       \
    case op:                                                \
        for (long i = begin; i < end; i += LK_WIDTH) {      \
            vf x = load_some(task->in + i, end - i);        \
            (void)x;                                        \
            store_some(task->out + i, expression, end - i); \
        }                                                   \
        break;

static void LK_TYPED(unary_range)(void *context, long begin, long end) {
    const struct LK_TYPED(unary) *task = context;
    const vf zero = {};
    switch (task->op) {
        LK_UNARY_CASE(LK_NEG, -x)
        LK_UNARY_CASE(LK_EXP, exponential(x))
        LK_UNARY_CASE(LK_LOG, logarithm(x))
        LK_UNARY_CASE(LK_SQRT, square_root(x))
        LK_UNARY_CASE(LK_TANH, hyperbolic_tangent(x))
        LK_UNARY_CASE(LK_SIGMOID, sigmoid(x))
        LK_UNARY_CASE(LK_RELU, select(x < zero, zero, x))
        LK_UNARY_CASE(LK_GELU, gelu(x))
        LK_UNARY_CASE(LK_GELU_TANH, x * sigmoid(gelu_tanh_argument(x)))
        LK_UNARY_CASE(LK_SILU, x * sigmoid(x))
        LK_UNARY_CASE(LK_RECIPROCAL, 1.0f / x)
        LK_UNARY_CASE(LK_SQUARE, x * x)
        LK_UNARY_CASE(LK_ABS, absolute(x))
    }
}

static void LK_TYPED(unary_backward_range)(void *context, long begin, long end) {
    const struct LK_TYPED(unary) *task = context;
    const vf zero = {};
#define LK_SLOPE_CASE(op, expression) LK_UNARY_CASE(op, load_some(task->dout + i, end - i) * (expression))
    switch (task->op) {
        LK_SLOPE_CASE(LK_NEG, splat(-1.0f))
        LK_SLOPE_CASE(LK_EXP, exponential(x))
        LK_SLOPE_CASE(LK_LOG, 1.0f / x)
        LK_SLOPE_CASE(LK_SQRT, 0.5f / square_root(x))
        LK_SLOPE_CASE(LK_TANH, 1.0f - hyperbolic_tangent(x) * hyperbolic_tangent(x))
        LK_SLOPE_CASE(LK_SIGMOID, sigmoid(x) * sigmoid(-x))
        LK_SLOPE_CASE(LK_RELU, select(x <= zero, zero, splat(1.0f)))
        LK_SLOPE_CASE(LK_GELU, gelu_slope(x))
        LK_SLOPE_CASE(LK_GELU_TANH, gelu_tanh_slope(x))
        LK_SLOPE_CASE(LK_SILU, silu_slope(x))
        LK_SLOPE_CASE(LK_RECIPROCAL, -1.0f / (x * x))
        LK_SLOPE_CASE(LK_SQUARE, x + x)
        LK_SLOPE_CASE(LK_ABS, select(x > zero, splat(1.0f), select(x < zero, splat(-1.0f), x)))
    }
#undef LK_SLOPE_CASE
}
#undef LK_UNARY_CASE

void LK_VARIANT(lk_unary)(LK_T *out, const LK_T *in, enum lk_unary op, long n) {
    struct LK_TYPED(unary) task = {out, in, NULL, op};
    lk_parallel_for(n, 4096, LK_TYPED(unary_range), &task);
}

void LK_VARIANT(lk_unary_backward)(LK_T *din, const LK_T *dout, const LK_T *in, enum lk_unary op, long n) {
    struct LK_TYPED(unary) task = {din, in, dout, op};
    lk_parallel_for(n, 4096, LK_TYPED(unary_backward_range), &task);
}
