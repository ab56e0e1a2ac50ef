// Numbers to packed codes. Rounding is that of llama.cpp's quantize_row_q8_0_ref and quantize_row_q4_0_ref.
#pragma once

/// Half precision, rounded to nearest even.
static uint16_t narrow_half(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size > 0x7f800000) {
        return (uint16_t)(sign | 0x7e00);
    }
    if (size >= 0x477ff000) { // From 65520 on the nearest is infinity.
        return (uint16_t)(sign | 0x7c00);
    }
    if (size < 0x38800000) { // Subnormal below 2⁻¹⁴: adding 0.5 leaves multiples of 2⁻²⁴ in the low bits.
        float shifted;
        memcpy(&shifted, &size, 4);
        shifted += 0.5f;
        memcpy(&size, &shifted, 4);
        return (uint16_t)(sign | (size - 0x3f000000));
    }
    size += 0xfff + (size >> 13 & 1);
    return (uint16_t)(sign | ((size - 0x38000000) >> 13));
}

/// Numbers beyond ±limit, and NaN, become ±limit, so that they can become integers.
LK_INLINE vf limited(vf x, float limit) {
    x = choose(x < splat(limit), x, splat(limit));
    return choose(x > splat(-limit), x, splat(-limit));
}

/// The number of greatest size, with its sign; of two that differ in sign alone the first.
LK_INLINE float greatest_signed(const float x[block_inputs], vf highest, vf lowest) {
    float high = maximum_lane(highest), low = -maximum_lane(-lowest);
    if (high > -low || high < -low) {
        return high > -low ? high : low;
    }
    for (int i = 0; i < block_inputs && high > 0; i++) {
        if (x[i] == high || x[i] == low) {
            return x[i];
        }
    }
    return 0;
}

/// Codes of 32 numbers in GGUF's order, and their scale: NaN where a number is NaN or infinite, so that products show it.
LK_INLINE uint16_t round_block(uint8_t *codes, const float x[block_inputs], enum lk_packed_format format) {
    vf highest = load(x), lowest = highest, nothing = highest * 0.0f;
#pragma clang loop unroll(full)
    for (int i = LK_WIDTH; i < block_inputs; i += LK_WIDTH) {
        highest = maximum(highest, load(x + i));
        lowest = minimum(lowest, load(x + i));
        nothing += load(x + i) * 0.0f;
    }
    float damage = sum_lanes(nothing); // 0, or NaN
    if (format == LK_PACKED_Q8) {
        float size = maximum_lane(maximum(absolute(highest), absolute(lowest))), scale = size / 127.0f;
        float factor = scale != 0 ? 1.0f / scale : 0;
        for (int i = 0; i < block_inputs; i += LK_WIDTH) {
            vf scaled = limited(load(x + i) * factor, 127.0f);
            vi whole = __builtin_convertvector(scaled, vi); // Towards zero; halves go away from it.
            vf rest = scaled - __builtin_convertvector(whole, vf);
            whole -= (vi)(rest >= splat(0.5f)) - (vi)(rest <= splat(-0.5f));
            *(vcode_anywhere *)(codes + i) = __builtin_convertvector(whole + 128, vcode);
        }
        return narrow_half(damage == 0 ? scale : damage);
    }
    float scale = greatest_signed(x, highest, lowest) / -8.0f, factor = scale != 0 ? 1.0f / scale : 0;
    for (int i = 0; i < block_inputs / 2; i += LK_WIDTH) {
        vf low = load(x + i) * factor, high = load(x + block_inputs / 2 + i) * factor;
        low = limited(low, 8.0f);
        high = limited(high, 8.0f);
        vi low_code = __builtin_convertvector(low + 8.5f, vi), high_code = __builtin_convertvector(high + 8.5f, vi);
        low_code += (vi)(low_code > 15);
        high_code += (vi)(high_code > 15);
        *(vcode_anywhere *)(codes + i) = __builtin_convertvector(low_code | high_code << 4, vcode);
    }
    return narrow_half(damage == 0 ? scale : damage);
}

struct packing {
    uint8_t *out;
    const uint8_t *in;
    enum lk_element element;
    enum lk_packed_format format;
    long outputs, inputs;
    int is_rest; ///< Packs what Q8 leaves of the numbers.
};

/// What remains of 32 numbers beside their Q8 codes.
LK_INLINE void leave_rest(float x[block_inputs]) {
    uint8_t codes[block_inputs];
    uint16_t scale[LK_WIDTH] = {round_block(codes, x, LK_PACKED_Q8)};
    float wide[LK_WIDTH];
    store(wide, widen_half(scale));
    for (int i = 0; i < block_inputs; i++) {
        x[i] -= wide[0] * (float)(codes[i] - 128);
    }
}

/// Numbers that may lie anywhere, as floats. Both `from` and the result are in elements.
LK_INLINE void fetch(float *x, const struct packing *task, long from, long count) {
    if (task->element == LK_ELEMENT_F32) {
        memcpy(x, task->in + from * 4, (size_t)count * 4);
        return;
    }
    lk_bf16 halves[block_inputs];
    memcpy(halves, task->in + from * 2, (size_t)count * 2);
    for (long i = 0; i < count; i += LK_WIDTH) {
        store_some(x + i, load_some(halves + i, count - i), count - i);
    }
}

LK_INLINE void pack_group(const struct packing *task, long group, enum lk_packed_format format) {
    const int lines = format == LK_PACKED_Q8 ? 8 : 4;
    long blocks = task->inputs / block_inputs, left = task->outputs - group * group_rows;
    long rows = left < group_rows ? left : group_rows;
    uint8_t *out = task->out + group * group_bytes(format, blocks);
    if (rows < group_rows || blocks % 2 != 0) {
        memset(out, 0, (size_t)group_bytes(format, blocks));
    }
    for (long block = 0; block < blocks; block++) {
        uint8_t *place = out + code_offset(format, block);
        uint16_t *scales = (uint16_t *)(out + scale_offset(format, block));
        for (long r = 0; r < rows; r++) {
            float x[block_inputs];
            uint8_t codes[block_inputs];
            fetch(x, task, (group * group_rows + r) * task->inputs + block * block_inputs, block_inputs);
            if (task->is_rest) {
                leave_rest(x);
            }
            scales[r] = round_block(codes, x, format);
            for (int line = 0; line < lines; line++) {
                memcpy(place + line * line_bytes + 4 * r, codes + 4 * line, 4);
            }
        }
    }
}

/// Items are groups of 16 rows.
static void pack_range(void *context, long begin, long end) {
    const struct packing *task = context;
    if (task->format == LK_PACKED_Q8 || task->format == LK_PACKED_Q4) {
        for (long group = begin; group < end; group++) {
            if (task->format == LK_PACKED_Q8) {
                pack_group(task, group, LK_PACKED_Q8);
            } else {
                pack_group(task, group, LK_PACKED_Q4);
            }
        }
        return;
    }
    long last = end * group_rows < task->outputs ? end * group_rows : task->outputs;
    long from = begin * group_rows * task->inputs, to = last * task->inputs;
    long size = task->format == LK_PACKED_F32 ? 4 : 2;
    if ((task->format == LK_PACKED_F32) == (task->element == LK_ELEMENT_F32)) {
        memcpy(task->out + from * size, task->in + from * size, (size_t)((to - from) * size));
        return;
    }
    for (long i = from; i < to; i += block_inputs) {
        long count = to - i < block_inputs ? to - i : block_inputs;
        float x[block_inputs];
        fetch(x, task, i, count);
        for (long j = 0; j < count; j += LK_WIDTH) {
            vf numbers = load_some(x + j, count - j);
            if (task->format == LK_PACKED_F32) {
                store_some((float *)task->out + i + j, numbers, count - j);
            } else {
                store_some((lk_bf16 *)task->out + i + j, numbers, count - j);
            }
        }
    }
}

void LK_UNTYPED_VARIANT(lk_packed_pack)(void *weights, enum lk_packed_format format, long outputs, long inputs,
                                        const void *in, enum lk_element element) {
    struct packing task = {weights, in, element, format, outputs, inputs, 0};
    lk_parallel_for(row_groups(outputs), 1 + 16384 / (inputs * group_rows), pack_range, &task);
}

void LK_UNTYPED_VARIANT(lk_packed_pack_rest)(void *weights, long outputs, long inputs, const void *in,
                                             enum lk_element element) {
    struct packing task = {weights, in, element, LK_PACKED_Q4, outputs, inputs, 1};
    lk_parallel_for(row_groups(outputs), 1 + 16384 / (inputs * group_rows), pack_range, &task);
}
