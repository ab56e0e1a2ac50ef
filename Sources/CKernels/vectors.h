// Vectors of LK_WIDTH floats, for the instruction set that is being compiled: included once by each isa_*.c.
// Written with the compiler's vector types, so that one text serves every width and processor.
#pragma once

#define LK_INLINE static inline __attribute__((always_inline, unused))
#define LK_OVERLOAD static inline __attribute__((always_inline, unused, overloadable))

typedef float vf __attribute__((vector_size(4 * LK_WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * LK_WIDTH)));
typedef uint32_t vu __attribute__((vector_size(4 * LK_WIDTH)));
typedef uint64_t vq __attribute__((vector_size(4 * LK_WIDTH)));
typedef uint16_t vh __attribute__((vector_size(2 * LK_WIDTH)));
typedef double vd __attribute__((vector_size(8 * LK_WIDTH)));

typedef vf vf_anywhere __attribute__((aligned(4), may_alias));
typedef vh vh_anywhere __attribute__((aligned(2), may_alias));

LK_INLINE vf splat(float x) {
    return x - (vf){};
}
LK_INLINE vf choose(vi mask, vf yes, vf no) {
    return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}
LK_INLINE vf maximum(vf a, vf b) {
    return choose(a > b, a, b);
}
LK_INLINE vf minimum(vf a, vf b) {
    return choose(a < b, a, b);
}
LK_INLINE vf absolute(vf x) {
    return (vf)((vi)x & 0x7fffffff);
}

LK_INLINE float widen_one(lk_bf16 number) {
    uint32_t bits = (uint32_t)number << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

LK_INLINE vf widen(vh bits) {
    return (vf)(__builtin_convertvector(bits, vu) << 16);
}

/// Rounds to nearest even; NaN stays NaN.
LK_INLINE vh narrow(vf x) {
    vu bits = (vu)x;
    vu rounded = bits + 0x7fff + ((bits >> 16) & 1);
    vu nan = (bits >> 16) | 0x40;
    vu chosen = (vu)choose(x == x, (vf)(rounded >> 16), (vf)nan);
    return __builtin_convertvector(chosen, vh);
}

LK_OVERLOAD vf load(const float *p) {
    return *(const vf_anywhere *)p;
}
LK_OVERLOAD vf load(const lk_bf16 *p) {
    return widen(*(const vh_anywhere *)p);
}
LK_OVERLOAD void store(float *p, vf x) {
    *(vf_anywhere *)p = x;
}
LK_OVERLOAD void store(lk_bf16 *p, vf x) {
    *(vh_anywhere *)p = narrow(x);
}

/// Loads the first n (1 to LK_WIDTH) elements, zero in the other lanes.
LK_OVERLOAD vf load_part(const float *p, long n) {
#if LK_WIDTH == 16
    return (vf)_mm512_maskz_loadu_ps((__mmask16)(0xffffu >> (16 - n)), p);
#else
    vf x = {};
    for (long lane = 0; lane < n; lane++) {
        x[lane] = p[lane];
    }
    return x;
#endif
}
LK_OVERLOAD vf load_part(const lk_bf16 *p, long n) {
#if LK_WIDTH == 16
    return widen((vh)_mm256_maskz_loadu_epi16((__mmask16)(0xffffu >> (16 - n)), p));
#else
    vh bits = {};
    for (long lane = 0; lane < n; lane++) {
        bits[lane] = p[lane];
    }
    return widen(bits);
#endif
}

/// Stores the first n (1 to LK_WIDTH) lanes.
LK_OVERLOAD void store_part(float *p, vf x, long n) {
#if LK_WIDTH == 16
    _mm512_mask_storeu_ps(p, (__mmask16)(0xffffu >> (16 - n)), (__m512)x);
#else
    for (long lane = 0; lane < n; lane++) {
        p[lane] = x[lane];
    }
#endif
}
LK_OVERLOAD void store_part(lk_bf16 *p, vf x, long n) {
    vh bits = narrow(x);
#if LK_WIDTH == 16
    _mm256_mask_storeu_epi16(p, (__mmask16)(0xffffu >> (16 - n)), (__m256i)bits);
#else
    for (long lane = 0; lane < n; lane++) {
        p[lane] = bits[lane];
    }
#endif
}

/// Loads or stores n elements, or LK_WIDTH of them if n is greater: for loops whose last step may be partial.
LK_OVERLOAD vf load_some(const float *p, long n) {
    return n >= LK_WIDTH ? load(p) : load_part(p, n);
}
LK_OVERLOAD vf load_some(const lk_bf16 *p, long n) {
    return n >= LK_WIDTH ? load(p) : load_part(p, n);
}
LK_OVERLOAD void store_some(float *p, vf x, long n) {
    n >= LK_WIDTH ? store(p, x) : store_part(p, x, n);
}
LK_OVERLOAD void store_some(lk_bf16 *p, vf x, long n) {
    n >= LK_WIDTH ? store(p, x) : store_part(p, x, n);
}

/// 0, 1, 2, …
LK_INLINE vu lane_numbers(void) {
    vu lanes;
    for (int lane = 0; lane < LK_WIDTH; lane++) {
        lanes[lane] = (uint32_t)lane;
    }
    return lanes;
}

/// Sets the lanes from n on to `filler`, where n is less than LK_WIDTH.
LK_INLINE vf keep_part(vf x, long n, float filler) {
    if (n >= LK_WIDTH) {
        return x;
    }
    return choose((vi)lane_numbers() < (vi){} + (int)n, x, splat(filler));
}

// The lanes of the lower, or upper, halves of a and b in turn.
#if LK_WIDTH == 16
#define LK_INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LK_INTERLEAVE_HIGH(a, b)                                                                                       \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LK_WIDTH == 8
#define LK_INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define LK_INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LK_INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define LK_INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/// Sum of all lanes, always in the same order.
LK_INLINE float sum_lanes(vf x) {
#pragma clang loop unroll(full)
    for (int step = 1; step < LK_WIDTH; step *= 2) {
        x = LK_INTERLEAVE_LOW(x, x) + LK_INTERLEAVE_HIGH(x, x);
    }
    return x[0];
}

/// Transposes a square of LK_WIDTH vectors: log2(LK_WIDTH) perfect shuffles of its elements.
LK_INLINE void transpose_square(vf rows[LK_WIDTH]) {
#pragma clang loop unroll(full)
    for (int step = 1; step < LK_WIDTH; step *= 2) {
        vf shuffled[LK_WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < LK_WIDTH / 2; i++) {
            shuffled[2 * i] = LK_INTERLEAVE_LOW(rows[i], rows[i + LK_WIDTH / 2]);
            shuffled[2 * i + 1] = LK_INTERLEAVE_HIGH(rows[i], rows[i + LK_WIDTH / 2]);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < LK_WIDTH; i++) {
            rows[i] = shuffled[i];
        }
    }
}

/// The sums of all lanes of LK_WIDTH vectors: lane i is that of rows[i], which is overwritten.
LK_INLINE vf sum_each(vf rows[LK_WIDTH]) {
#pragma clang loop unroll(full)
    for (int half = LK_WIDTH / 2; half > 0; half /= 2) {
#pragma clang loop unroll(full)
        for (int i = 0; i < half; i++) {
            vf low = LK_INTERLEAVE_LOW(rows[i], rows[i + half]), high = LK_INTERLEAVE_HIGH(rows[i], rows[i + half]);
            rows[i] = low + high;
        }
    }
    return rows[0];
}

LK_INLINE double sum_double_lanes(const vd *x) {
    double sum = 0;
    for (int lane = 0; lane < LK_WIDTH; lane++) {
        sum += (*x)[lane];
    }
    return sum;
}

/// Greatest lane; NaN lanes may or may not count.
LK_INLINE float maximum_lane(vf x) {
#pragma clang loop unroll(full)
    for (int step = 1; step < LK_WIDTH; step *= 2) {
        x = maximum(LK_INTERLEAVE_LOW(x, x), LK_INTERLEAVE_HIGH(x, x));
    }
    return x[0];
}
