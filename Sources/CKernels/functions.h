// Elementary functions on vectors. Coefficients are our own near-minimax fits (iteratively reweighted least squares
// against double precision); the error bounds are checked by the tests.
#pragma once

/// exp(x), at most 2 ulp; 0 and infinity at the ends of the range, subnormal results included; NaN stays NaN.
LK_INLINE vf exponential(vf x) {
    x = select(x < splat(-104.0f), splat(-104.0f), x);
    x = select(x > splat(89.0f), splat(89.0f), x);
    const float magic = 12582912.0f; // 1.5 · 2²³: the sum's low bits are the nearest integer
    vf shifted = x * 1.44269504f + magic;
    vf n = shifted - magic;
    vf r = n * -0.693359375f + x;
    r = n * 2.12194440e-4f + r;
    vf q = r * 0.0013814559805955407f + 0.008368735565808439f;
    q = q * r + 0.04166838986018376f;
    q = q * r + 0.16666520477708532f;
    q = q * r + 0.4999999343741633f;
    vf y = (r * r) * q + r + 1.0f;
    vi exponent = (vi)shifted - (vi)splat(magic);
    vi half = exponent >> 1;
    vf low = (vf)((half + 127) << 23), high = (vf)((exponent - half + 127) << 23);
    return y * low * high;
}

/// exp(x) for x <= 0, 0 below -87; for softmax.
LK_INLINE vf exponential_of_negative(vf x) {
    vi tiny = x < splat(-87.0f);
    vf clamped = select(tiny, splat(-87.0f), x);
    const float magic = 12582912.0f;
    vf shifted = clamped * 1.44269504f + magic;
    vf n = shifted - magic;
    vf r = n * -0.693359375f + clamped;
    r = n * 2.12194440e-4f + r;
    vf q = r * 0.0013814559805955407f + 0.008368735565808439f;
    q = q * r + 0.04166838986018376f;
    q = q * r + 0.16666520477708532f;
    q = q * r + 0.4999999343741633f;
    vf y = (r * r) * q + r + 1.0f;
    vf power = (vf)(((vi)shifted - (vi)splat(magic) + 127) << 23);
    return (vf)((vi)(y * power) & ~tiny);
}

/// Natural logarithm, at most 2 ulp; -infinity at 0, NaN below.
LK_INLINE vf logarithm(vf x) {
    vi small = x < splat(1.17549435e-38f);
    vf scaled = select(small, x * 8388608.0f, x);
    vi bits = (vi)scaled - 0x3f3504f3; // the bits of √½: the mantissa falls in √½ ..< √2
    vi exponent = bits >> 23;
    vf f = (vf)((bits & 0x007fffff) + 0x3f3504f3) - 1.0f;
    vf e = __builtin_convertvector(exponent - (small & 23), vf);
    vf q = f * 0.06746641043976087f + -0.1167565196220378f;
    q = q * f + 0.11888162096896462f;
    q = q * f + -0.12405588885240455f;
    q = q * f + 0.1421955238160555f;
    q = q * f + -0.16667995856639783f;
    q = q * f + 0.20002118657716433f;
    q = q * f + -0.25000009599335393f;
    q = q * f + 0.33333312604081655f;
    vf square = f * f;
    vf y = square * f * q + e * -2.12194440e-4f;
    y = square * -0.5f + y;
    vf result = e * 0.693359375f + (f + y);
    result = select(x == splat(__builtin_inff()), x, result);
    result = select(x == splat(0.0f), splat(-__builtin_inff()), result);
    return select(x >= splat(0.0f), result, splat(__builtin_nanf("")));
}

/// Hyperbolic tangent.
LK_INLINE vf hyperbolic_tangent(vf x) {
    vf size = absolute(x), z = x * x;
    vf q = z * -0.00566697714550126f + 0.020606176645500837f;
    q = q * z + -0.05373000712732794f;
    q = q * z + 0.13331331001645816f;
    q = q * z + -0.33333278058533283f;
    vf near = x * z * q + x;
    vf far = 1.0f - 2.0f / (exponential(size + size) + 1.0f);
    far = (vf)((vi)far | ((vi)x & (vi)splat(-0.0f)));
    return select(size < splat(0.625f), near, far);
}

LK_INLINE vf square_root(vf x) {
    return __builtin_elementwise_sqrt(x);
}

LK_INLINE vf sigmoid(vf x) {
    return 1.0f / (exponential(-x) + 1.0f);
}

/// erfc(|x| / √2) and exp(-x² / 2): erfc(u) = exp(-u²) t P(t), t = 1 / (1 + 0.33 u), relative error 1e-7.
LK_INLINE vf complementary_error(vf x, vf *gaussian) {
    vf t = 1.0f / (absolute(x) * (0.33f * 0.70710678f) + 1.0f);
    vf q = t * -0.13534442465660504f + 0.46023205389673105f;
    q = q * t + -0.35114131439447044f;
    q = q * t + 0.40849254553405273f;
    q = q * t + 0.047224454215997885f;
    q = q * t + 0.20122276948142903f;
    q = q * t + 0.18295611631884506f;
    q = q * t + 0.18635779207717348f;
    *gaussian = exponential_of_negative(x * x * -0.5f);
    return *gaussian * (q * t);
}

/// |x| cut off where erfc(|x| / √2) vanishes, so that infinities meet no 0 · ∞.
LK_INLINE vf size_below_20(vf x) {
    vf size = absolute(x);
    return select(size < splat(20.0f), size, splat(20.0f));
}

/// x Φ(x) with Φ from erf.
LK_INLINE vf gelu(vf x) {
    vf gaussian, tail = complementary_error(x, &gaussian);
    return maximum(x, splat(0.0f)) - size_below_20(x) * 0.5f * tail;
}

/// Φ(x) + x φ(x).
LK_INLINE vf gelu_slope(vf x) {
    vf gaussian, tail = complementary_error(x, &gaussian) * 0.5f;
    vf bell = size_below_20(x) * 0.39894228f * gaussian;
    return select(x >= splat(0.0f), 1.0f - tail + bell, tail - bell);
}

/// The slope of x · sigmoid(x).
LK_INLINE vf silu_slope(vf x) {
    vf s = sigmoid(x);
    return s + x * s * (1.0f - s);
}

/// 2 √(2/π) (x + 0.044715 x³): the argument of the sigmoid that equals (1 + tanh) / 2 in GELU's approximation.
LK_INLINE vf gelu_tanh_argument(vf x) {
    return x * (x * x * 0.0713548163f + 1.59576912f);
}

LK_INLINE vf gelu_tanh_slope(vf x) {
    vf s = sigmoid(gelu_tanh_argument(x));
    vf slope = x * x * (3.0f * 0.0713548163f) + 1.59576912f;
    return s + x * s * (1.0f - s) * slope;
}
