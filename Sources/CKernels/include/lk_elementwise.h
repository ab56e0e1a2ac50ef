// Conversion and operations on each element. `n` counts elements.
#pragma once
#include "lk_parallel.h"

/// The operations of `lk_unary` and `lk_unary_backward`.
enum lk_unary {
    LK_NEG,        ///< -x
    LK_EXP,        ///< exp x
    LK_LOG,        ///< natural logarithm
    LK_SQRT,       ///< square root
    LK_TANH,       ///< hyperbolic tangent
    LK_SIGMOID,    ///< 1 / (1 + exp -x)
    LK_RELU,       ///< max(x, 0); derivative 0 at 0
    LK_GELU,       ///< x Φ(x), with erf
    LK_GELU_TANH,  ///< x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
    LK_SILU,       ///< x / (1 + exp -x)
    LK_RECIPROCAL, ///< 1 / x
    LK_SQUARE,     ///< x²
    LK_ABS         ///< |x|; derivative 0 at 0
};

/// out = in, rounded to nearest even; NaN stays NaN.
void lk_f32_to_bf16(lk_bf16 *out, const float *in, long n);
/// out = in.
void lk_bf16_to_f32(float *out, const lk_bf16 *in, long n);

// lk_add, lk_sub, lk_mul, lk_div: out = a ∘ b.
// lk_scale: out = a · s.  lk_add_scalar: out = a + s.  lk_axpy: out += a · s.  lk_fill: out = v.
// lk_add_row: out[r, c] = in[r, c] + row[c].
// lk_unary: out = f(in).  lk_unary_backward: din = dout · f'(in).
// lk_dropout: element i is kept (times 1 / (1 - p)) iff its random word >= p · 2³², else becomes 0; p = 0 copies. The
//   word of element i is word i % 4 of Philox4x32-10 with key `seed` and counter (i / 4, stream). The same call on the
//   gradient is the backward.
#define LK_DECLARE_ELEMENTWISE(T, S)                                                                                   \
    void lk_add_##S(T *out, const T *a, const T *b, long n);                                                           \
    void lk_sub_##S(T *out, const T *a, const T *b, long n);                                                           \
    void lk_mul_##S(T *out, const T *a, const T *b, long n);                                                           \
    void lk_div_##S(T *out, const T *a, const T *b, long n);                                                           \
    void lk_scale_##S(T *out, const T *a, float s, long n);                                                            \
    void lk_add_scalar_##S(T *out, const T *a, float s, long n);                                                       \
    void lk_axpy_##S(T *out, const T *a, float s, long n);                                                             \
    void lk_fill_##S(T *out, float v, long n);                                                                         \
    void lk_add_row_##S(T *out, const T *in, const float *row, long rows, long cols);                                  \
    void lk_unary_##S(T *out, const T *in, enum lk_unary op, long n);                                                  \
    void lk_unary_backward_##S(T *din, const T *dout, const T *in, enum lk_unary op, long n);                          \
    void lk_dropout_##S(T *out, const T *in, float p, uint64_t seed, uint64_t stream, long n);
LK_DECLARE_ELEMENTWISE(float, f32)
LK_DECLARE_ELEMENTWISE(lk_bf16, bf16)
#undef LK_DECLARE_ELEMENTWISE
